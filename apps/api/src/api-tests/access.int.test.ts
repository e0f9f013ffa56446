import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { AGENT_CLOSE } from "@ratchet/contracts";
import { addNodes, FILES, makeAuthority, removeNodes, renewServer, renewToken, signServer } from "@ratchet/credentials";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { Gate, type GateFiles } from "../access/gate.js";
import { SILENT } from "../logger.js";
import { helloOf } from "../test-support/agent-stand-in.js";
import { GuardedApi } from "../test-support/guarded-api.js";

const PODS = "/api/v1/namespaces/default/pods";
const POD = { metadata: { name: "a" }, spec: { sandbox: { managed: true } } };
let api: GuardedApi;

beforeAll(async () => {
  api = await GuardedApi.start();
});
afterAll(() => api.stop());

async function closing(socket: WebSocket | number): Promise<{ code: number; reason: string }> {
  if (typeof socket === "number") throw new Error(`refused with ${socket}`);
  const [code, reason] = (await once(socket, "close")) as [number, Buffer];
  return { code, reason: reason.toString() };
}

async function hello(token: string, name: string): Promise<{ code: number; reason: string } | "welcome"> {
  const socket = await api.open("/api/v1/agent", { token });
  if (typeof socket === "number") throw new Error(`refused with ${socket}`);
  const closed = closing(socket);
  const frame = once(socket, "message").then(([data]) => JSON.parse(String(data)).type as "welcome");
  socket.send(JSON.stringify(helloOf({ url: "", name })));
  const answer = await Promise.race([closed, frame]);
  socket.terminate();
  return answer;
}

const nodes = async () =>
  (await api.ask("GET", "/api/v1/nodes", { token: api.token("operator") })).body.items.map(
    (node: { metadata: { name: string } }) => node.metadata.name,
  );

describe("REST", () => {
  test("is open to the operator's token alone, and what is refused changes nothing", async () => {
    const operator = api.token("operator");
    const foreign = [
      undefined,
      "",
      "x".repeat(64),
      operator.slice(0, -1) + (operator.endsWith("A") ? "B" : "A"),
      `ratchet_${"0".repeat(16)}_${"A".repeat(43)}`,
    ];
    for (const token of foreign) {
      const { status, body, headers } = await api.ask("POST", PODS, {
        ...(token === undefined ? {} : { token }),
        body: POD,
      });
      expect(status).toBe(401);
      expect(body.code).toBe("Unauthorized");
      expect(headers["www-authenticate"]).toBe('Bearer realm="ratchet"');
    }
    for (const whose of ["replica", "metrics", { node: "left" }] as const) {
      const { status, body } = await api.ask("POST", PODS, { token: api.token(whose), body: POD });
      expect(status).toBe(403);
      expect(body.code).toBe("Forbidden");
    }
    expect((await api.ask("GET", PODS, { token: operator })).body.items).toEqual([]);
    expect((await api.ask("POST", PODS, { token: operator, body: POD })).status).toBe(201);
    expect((await api.ask("DELETE", `${PODS}/a`, { token: operator })).status).toBe(200);
  });

  test.each([
    ["GET", "/api/v1/nodes"],
    ["GET", "/%61pi/v1/nodes"],
    ["GET", "/api/v1/%6eodes"],
    ["GET", "/api/v1/namespaces/default/topology"],
    ["GET", "/api/v1/changes"],
    ["GET", "/api/v1/openapi.json"],
    ["GET", "/metrics"],
    ["HEAD", "/metrics"],
    ["GET", "/%6detrics"],
    ["POST", "/api/v1/apply"],
    ["POST", "/api/v1/heal"],
    ["GET", "/api/v1/no/such/thing"],
    ["GET", "/api/v1/stream"],
  ])("asks for a token at %s %s, however it is written", async (method, path) => {
    const { status, body } = await api.ask(method, path);
    expect(status).toBe(401);
    expect(JSON.stringify(body)).not.toContain("items");
  });

  test("health and the page are open, metrics also to their own token", async () => {
    for (const path of ["/healthz", "/readyz"]) expect((await api.ask("GET", path)).status).toBe(200);
    // A load balancer asks by whatever address it knows.
    expect((await api.ask("GET", "/healthz", { host: "10.1.2.3:8443" })).status).toBe(200);
    expect((await api.ask("GET", "/metrics", { token: api.token("metrics") })).status).toBe(200);
    expect((await api.ask("GET", "/api/v1/nodes", { token: api.token("metrics") })).status).toBe(403);
  });

  test("answers to the names of its certificate and to no other", async () => {
    const token = api.token("operator");
    for (const host of ["api.example", "localhost:1", "127.0.0.1"]) {
      expect((await api.ask("GET", "/api/v1/nodes", { token, host })).status).toBe(200);
    }
    for (const host of ["evil.example", "api.example.evil", "10.0.0.1"]) {
      expect((await api.ask("GET", "/api/v1/nodes", { token, host })).body.code).toBe("Forbidden");
    }
    const origin = "http://api.example";
    expect((await api.ask("GET", "/api/v1/nodes", { token, host: "api.example", origin })).status).toBe(403);
  });
});

describe("a browser", () => {
  const signIn = (token: string) => api.ask("POST", "/api/v1/session", { body: { token } });

  test("shows the token once and then has a cookie that no script can read", async () => {
    expect((await api.ask("GET", "/api/v1/session")).body).toEqual({
      needsToken: true,
      isSignedIn: false,
      expiresAt: null,
    });
    const { status, headers } = await signIn(api.token("operator"));
    expect(status).toBe(200);
    const [set = ""] = headers["set-cookie"] as string[];
    expect(set).toMatch(/; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/);
    expect(set).not.toContain(api.token("operator"));
    const cookie = set.split(";", 1)[0] ?? "";
    expect((await api.ask("GET", "/api/v1/session", { cookie })).body.isSignedIn).toBe(true);
    expect((await api.ask("GET", "/api/v1/nodes", { cookie })).status).toBe(200);
    const stream = await api.open("/api/v1/stream", { cookie, origin: api.api.url });
    expect(stream).toBeInstanceOf(WebSocket);
    (stream as WebSocket).terminate();
    expect(await api.open("/api/v1/stream", { cookie, origin: "https://evil.example" })).toBe(403);
    expect(await api.open("/api/v1/agent", { cookie })).toBe(403);

    const [end = ""] = (await api.ask("DELETE", "/api/v1/session", { cookie })).headers["set-cookie"] as string[];
    expect(end).toMatch(/^ratchet_session=; .*Max-Age=0/);
  });

  test("with a cookie that somebody changed is nobody", async () => {
    const [set = ""] = (await signIn(api.token("operator"))).headers["set-cookie"] as string[];
    const cookie = set.split(";", 1)[0] ?? "";
    const [name = "", value = ""] = cookie.split("=");
    const [id, expires, signature = ""] = value.split(".");
    const forged = [
      `${id}.${Number(expires) + 1}.${signature}`,
      `${"0".repeat(16)}.${expires}.${signature}`,
      `${id}.${expires}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`,
      `${id}.${expires}`,
      "",
    ];
    for (const text of forged) expect((await api.ask("GET", PODS, { cookie: `${name}=${text}` })).status).toBe(401);
    expect((await api.ask("GET", PODS, { cookie: `other=1; ${cookie}` })).status).toBe(200);
  });

  test("gets in with no token but the operator's", async () => {
    for (const token of ["", "wrong", api.token({ node: "left" }), api.token("replica")]) {
      const { status, headers } = await signIn(token);
      expect(status).toBe(401);
      expect(headers["set-cookie"]).toBeUndefined();
    }
    expect((await api.ask("POST", "/api/v1/session", { body: { token: 1 } })).status).toBe(422);
  });
});

describe("an agent", () => {
  test("speaks for its own node only, and a lie leaves no trace", async () => {
    expect(await hello(api.token({ node: "left" }), "left")).toBe("welcome");
    expect(await hello(api.token({ node: "left" }), "other")).toEqual({
      code: AGENT_CLOSE.identity,
      reason: "this token is of node left and of no other",
    });
    expect(await nodes()).toEqual(["left"]);
  });

  test("comes in by a node's token and nothing else", async () => {
    expect(await api.open("/api/v1/agent")).toBe(401);
    expect(await api.open("/api/v1/agent", { token: "wrong" })).toBe(401);
    for (const whose of ["operator", "replica", "metrics"] as const) {
      expect(await api.open("/api/v1/agent", { token: api.token(whose) })).toBe(403);
    }
    expect(await api.open("/api/v1/stream", { token: api.token({ node: "left" }) })).toBe(403);
    expect(await api.open("/api/v1/peer", { token: api.token({ node: "left" }) })).not.toBeInstanceOf(WebSocket);
  });

  test("is shown out when its token is withdrawn, and others stay", async () => {
    const [left, right] = await Promise.all(
      ["left", "right"].map(
        async (node) => (await api.open("/api/v1/agent", { token: api.token({ node }) })) as WebSocket,
      ),
    );
    const closed = closing(right!);
    removeNodes(api.folder, ["right"]);
    expect(await closed).toEqual({ code: AGENT_CLOSE.identity, reason: "the token was withdrawn" });
    expect(left!.readyState).toBe(WebSocket.OPEN);
    left!.terminate();
    addNodes(api.folder, ["right"]);
    await expect.poll(() => hello(api.token({ node: "right" }), "right").catch(() => "refused")).toBe("welcome");
  });
});

describe("certificate and tokens", () => {
  const serial = () =>
    new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(api.api.url);
      const socket = connect({ host: hostname, port: Number(port), ca: api.ca }, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      });
      socket.on("error", reject);
    });

  test("are taken anew when their files change, without a restart", async () => {
    const [before, older] = [await serial(), api.token("operator")];
    await renewServer(api.folder, { hosts: ["127.0.0.1", "api.example"], days: 60 });
    await expect.poll(serial).not.toBe(before);
    renewToken(api.folder, "operator");
    await expect.poll(async () => (await api.ask("GET", PODS, { token: older })).status).toBe(401);
    expect((await api.ask("GET", PODS, { token: api.token("operator") })).status).toBe(200);
  });

  test("stay as they were when the new files cannot be used", async () => {
    const before = await serial();
    const path = join(api.folder, FILES.server);
    const good = readFileSync(path, "utf8");
    writeFileSync(path, "nonsense");
    api.api.reload();
    expect(api.lines.text).toContain("--tls-cert is no certificate in PEM");
    expect(await serial()).toBe(before);
    writeFileSync(path, good);
    api.api.reload();
    expect(await serial()).toBe(before);
  });

  test("that cannot be used stop the start, and the reason names the flag and no content", async () => {
    const authority = { certificate: api.read(FILES.authority), key: api.read(FILES.authorityKey) };
    const expired = await signServer(authority, ["localhost"], -1);
    const other = await signServer(authority, ["localhost"], 1);
    const files = (cert: string, key: string, tokens = api.read(FILES.tokens)) => {
      const at = (name: string, content: string) => {
        const path = join(api.base, name);
        writeFileSync(path, content);
        return path;
      };
      return { tlsCert: at("c", cert), tlsKey: at("k", key), tokens: at("t", tokens) };
    };
    const started = (access: GateFiles) => () => new Gate(access, SILENT);
    expect(started(files(expired.certificate, expired.key))).toThrow(/^--tls-cert ran out at 20/);
    expect(started(files(other.certificate, expired.key))).toThrow(/^--tls-key is not the key of --tls-cert$/);
    expect(started(files(other.certificate, "secret words"))).toThrow(/^--tls-key is no private key in PEM without/);
    expect(started(files(other.certificate, other.key, "{}"))).toThrow(/^--tokens is no list of tokens: /);
    const none = '{"version":1,"tokens":[]}';
    expect(started(files(other.certificate, other.key, none))).toThrow(/^--tokens has no token/);
    const away = { ...files(other.certificate, other.key), tokens: "/no/such/file" };
    expect(started(away)).toThrow(/^--tokens cannot be read: ENOENT$/);
    expect(started(files(other.certificate, other.key))).not.toThrow();
  });

  test("a client that trusts another authority goes away without having said its token", async () => {
    const { certificate: ca } = await makeAuthority("other", 1);
    await expect(api.ask("GET", PODS, { token: api.token("operator"), ca })).rejects.toThrow(/certificate|signature/);
  });
});

test("no token stands in the log, whatever was asked with it", async () => {
  const token = api.token("operator");
  await api.ask("GET", `${PODS}?token=${token}`, { token });
  await api.ask("GET", "/metrics", { token: "ratchet_guess" });
  await api.ask("POST", "/api/v1/session", { body: { token: "a guess" } });
  for (const secret of [token, "ratchet_guess", "a guess", ...["left", "right"].map((node) => api.token({ node }))]) {
    expect(api.lines.text).not.toContain(secret);
  }
});
