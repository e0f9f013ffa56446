import { expect, test } from "vitest";
import { parseFlags } from "./flags.js";

test("flags come before the environment, and the environment before defaults", () => {
  const env = { RATCHET_DATA: "/from/env", RATCHET_LOG_LEVEL: "warn" };
  expect(parseFlags(["--data", "/from/flag"], env)).toEqual({
    config: {
      listen: { host: "127.0.0.1", port: 8080 },
      access: {},
      data: "/from/flag",
      store: { kind: "embedded" },
      replica: { peers: {} },
      probeSeconds: 5,
      usesLabels: true,
      history: { historyDays: 0 },
      logLevel: "warn",
    },
  });
});

test("every problem is reported at once, by name and never by value", () => {
  const result = parseFlags(
    ["--listen", "192.0.2.1:1", "--log-level", "secret", "--socket", `/${"s".repeat(200)}`],
    {},
  );
  const text = "problems" in result ? result.problems.join("\n") : "";
  for (const name of ["--listen", "--log-level", "--socket", "--data"]) expect(text).toContain(name);
  for (const value of ["192.0.2.1", "secret", "sss"]) expect(text).not.toContain(value);
});

test("an unknown flag is refused", () => {
  expect(parseFlags(["--data", "/d", "--colour", "red"], {})).toEqual({
    problems: [expect.stringContaining("--colour")],
  });
});

test("etcd is reached as the flags and the environment say", () => {
  const flags = ["--data", "/d", "--store", "etcd", "--etcd-endpoints", "https://a:2379, https://b:2379"];
  const env = { RATCHET_ETCD_USER: "ratchet", RATCHET_ETCD_PASSWORD_FILE: "/secret", RATCHET_ETCD_CA: "/ca.pem" };
  expect(parseFlags([...flags, "--etcd-prefix", "lab/"], env)).toMatchObject({
    config: {
      store: {
        kind: "etcd",
        etcd: { endpoints: ["https://a:2379", "https://b:2379"], prefix: "lab/", tls: { caFile: "/ca.pem" } },
        user: "ratchet",
        passwordFile: "/secret",
      },
    },
  });
});

test("a replica shows the others a token, and asks for their certificates", () => {
  const store = ["--data", "/d", "--store", "etcd", "--etcd-endpoints", "http://a:2379"];
  const files = ["--peer-ca", "/ca", "--peer-token-file", "/t"];
  expect(parseFlags([...store, ...files], {})).toMatchObject({
    config: { replica: { peers: { peerCa: "/ca", peerTokenFile: "/t" } } },
  });
  expect(parseFlags(["--data", "/d", ...files], {})).toEqual({
    problems: [expect.stringContaining("--peer-ca needs"), expect.stringContaining("--peer-token-file needs")],
  });
});

test("a replica says who it is and how the others reach it", () => {
  const flags = ["--data", "/d", "--store", "etcd", "--etcd-endpoints", "http://a:2379", "--replica-id", "api-1"];
  expect(parseFlags(flags, { RATCHET_PEER_URL: "http://10.0.0.1:8080" })).toMatchObject({
    config: { replica: { replicaId: "api-1", peerUrl: "http://10.0.0.1:8080" } },
  });
});

test.each([
  [["--store", "redis"], "--store must be"],
  [["--store", "etcd"], "--etcd-endpoints is needed"],
  [["--etcd-prefix", "lab/"], "--etcd-prefix needs --store etcd"],
  [["--replica-id", "a"], "--replica-id needs --store etcd"],
  [["--store", "etcd", "--etcd-endpoints", "http://a:1", "--replica-id", "a/b"], "--replica-id must be"],
  [["--store", "etcd", "--etcd-endpoints", "http://a:1", "--peer-url", "http://a/b"], "--peer-url must be"],
  [["--store", "etcd", "--etcd-endpoints", "nowhere"], "--etcd-endpoints must look like"],
  [["--store", "etcd", "--etcd-endpoints", "http://a:1", "--etcd-user", "u"], "--etcd-password-file go together"],
  [["--store", "etcd", "--etcd-endpoints", "http://a:1", "--etcd-ca", "/ca"], "--etcd-ca, --etcd-cert"],
  [["--store", "etcd", "--etcd-endpoints", "https://a:1", "--etcd-key", "/key"], "go together"],
  [["--store", "etcd", "--etcd-endpoints", "http://a:1", "--etcd-compaction-seconds", "soon"], "-seconds"],
])("%s is refused", (flags, problem) => {
  expect(parseFlags(["--data", "/d", ...flags], {})).toEqual({ problems: [expect.stringContaining(problem)] });
});

test("listens on any address behind TLS and tokens, and with one of them missing on loopback alone", () => {
  const all = { "tls-cert": "/c", "tls-key": "/k", tokens: "/t" };
  const flags = (guards: object) => [
    "--data",
    "/d",
    ...Object.entries(guards).flatMap(([name, path]) => [`--${name}`, path]),
  ];
  const wide = { RATCHET_LISTEN: "0.0.0.0:8443" };
  expect(parseFlags(flags(all), wide)).toMatchObject({
    config: { listen: { host: "0.0.0.0", port: 8443 }, access: { tlsCert: "/c", tlsKey: "/k", tokens: "/t" } },
  });
  for (const missing of Object.keys(all)) {
    const others = Object.fromEntries(Object.entries(all).filter(([name]) => name !== missing));
    const result = parseFlags(flags(others), wide);
    expect("problems" in result && result.problems.join()).toMatch(/is not a loopback address/);
  }
  const tokensOnly = flags({ tokens: "/t" });
  expect(parseFlags(tokensOnly, wide)).toEqual({ problems: [expect.stringContaining("is not a loopback address")] });
  expect(parseFlags(tokensOnly, {})).toMatchObject({ config: { access: { tokens: "/t" } } });
});

test("the history's database is named by URL, and its password never repeated", () => {
  const env = { RATCHET_DATABASE_URL: "postgresql://r:secret@db/ratchet", RATCHET_DATABASE_PASSWORD_FILE: "/p" };
  expect(parseFlags(["--data", "/d", "--history-days", "30"], env)).toMatchObject({
    config: {
      history: {
        historyDays: 30,
        database: { kind: "postgresql", url: "postgresql://r:secret@db/ratchet", passwordFile: "/p" },
      },
    },
  });
  for (const url of ["mysql://r:secret@db/x", "postgresql://r:secret@db", "postgresql://r:secret@:x/y", "secret"]) {
    const result = parseFlags(["--data", "/d", "--database-url", url, "--history-days", "soon"], {});
    const problems = "problems" in result ? result.problems : [];
    expect(problems).toEqual([
      expect.stringContaining("--history-days"),
      expect.stringContaining("--database-url must"),
    ]);
    expect(problems.join()).not.toContain("secret");
  }
});
