import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TokenList } from "@ratchet/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { run } from "./run.js";

let base: string;
let dir: string;
const ends: (() => void)[] = [];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "ratchetctl-access-"));
  dir = join(base, "credentials");
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
  rmSync(base, { recursive: true });
});

async function ctl(argv: string[], env: NodeJS.ProcessEnv = {}) {
  let stdout = "";
  let stderr = "";
  const streams = {
    stdin: process.stdin,
    out: (chunk: string) => void (stdout += chunk),
    err: (chunk: string) => void (stderr += chunk),
    ...{ isOutTty: false, isErrTty: false, interrupt: () => AbortSignal.timeout(500) },
  };
  return { code: await run(argv, streams, env), stdout, stderr };
}

const read = (file: string) => readFileSync(join(dir, file), "utf8");
const nodes = () =>
  TokenList.parse(JSON.parse(read("tokens.json"))).tokens.flatMap((entry) =>
    entry.role === "node" ? [entry.node] : [],
  );

/** An API with the folder's certificate that answers to its operator's token. */
async function serve(): Promise<string> {
  const token = `Bearer ${read("operator.token").trim()}`;
  const server: Server = createServer({ cert: read("server.crt"), key: read("server.key") }, (request, response) => {
    const isKnown = request.headers.authorization === token;
    const refusal = { status: 401, code: "Unauthorized", detail: "this needs a token", errors: [] };
    response.writeHead(isKnown ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(isKnown ? { metadata: { revision: 1 }, items: [] } : refusal));
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    if (request.headers.authorization !== token) return socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
    return sockets.handleUpgrade(request, socket, head, (client) =>
      client.send(JSON.stringify({ type: "snapshot", storeId: "s", revision: 1, sequence: 1, items: [] })),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("init", () => {
  it("makes what API, nodes and people need, readable by its owner alone", async () => {
    const { code, stdout } = await ctl(["init", "--dir", dir, "--host", "api.example", "--node", "left"]);
    expect(code).toBe(0);
    expect(stdout).toContain("a certificate for api.example, localhost, 127.0.0.1, ::1");
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name).sort()).toEqual(
      ["ca.crt", "ca.key", "left.token", "metrics.token", "operator.token", "ratchetctl.env"].concat([
        "replica.token",
        "server.crt",
        "server.key",
        "tokens.json",
      ]),
    );
    for (const { parentPath, name } of files) expect(statSync(join(parentPath, name)).mode & 0o777).toBe(0o600);
    for (const name of ["operator.token", "replica.token", "nodes/left.token"]) {
      expect(read("tokens.json")).not.toContain(read(name).trim());
      expect(stdout).not.toContain(read(name).trim());
    }
    expect(readdirSync(base)).toEqual(["credentials"]);
  });

  it("never replaces a folder", async () => {
    await ctl(["init", "--dir", dir]);
    const before = read("ca.key");
    const { code, stderr } = await ctl(["init", "--dir", dir]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("is there already and not empty")]);
    expect(read("ca.key")).toBe(before);
  });

  it("gives nodes tokens, other ones, and takes them back; the others stay as they are", async () => {
    await ctl(["init", "--dir", dir, "--node", "left"]);
    const left = read("nodes/left.token");
    expect((await ctl(["init", "node", "right", "far", "--dir", dir])).stdout).toBe(
      `${join(dir, "nodes/right.token")}\n${join(dir, "nodes/far.token")}\n`,
    );
    const right = read("nodes/right.token");
    await ctl(["init", "node", "right", "--dir", dir]);
    expect(read("nodes/right.token")).not.toBe(right);
    expect(nodes().sort()).toEqual(["far", "left", "right"]);
    expect((await ctl(["init", "node", "far", "right", "--revoke", "--dir", dir])).code).toBe(0);
    expect(nodes()).toEqual(["left"]);
    expect(readdirSync(join(dir, "nodes"))).toEqual(["left.token"]);
    expect(read("nodes/left.token")).toBe(left);
    const again = await ctl(["init", "node", "right", "--revoke", "--dir", dir]);
    expect([again.code, again.stderr]).toEqual([1, `${dir} has no token of node right\n`]);
  });

  it("renews certificate and operator's token without touching authority and nodes", async () => {
    await ctl(["init", "--dir", dir, "--node", "left"]);
    const before = ["ca.crt", "nodes/left.token", "server.crt", "operator.token"].map(read);
    await ctl(["init", "server", "--host", "other.example", "--days", "3", "--dir", dir]);
    await ctl(["init", "operator", "--dir", dir]);
    const after = ["ca.crt", "nodes/left.token", "server.crt", "operator.token"].map(read);
    expect(after.map((text, index) => text === before[index])).toEqual([true, true, false, false]);
  });

  it.each([
    [["init", "node", "Left"], "Left is no node name"],
    [["init", "--host", "a b"], "--host a b is neither a host name nor an address"],
    [["init", "--days", "0"], "must be a whole number from 1 to 3650"],
  ])("%j is wrong usage", async (argv, words) => {
    const { code, stderr } = await ctl([...argv, "--dir", dir]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
    expect(readdirSync(base)).toEqual([]);
  });

  it("prints a cluster's Secrets: each part's own, and never the authority's key", async () => {
    await ctl(["init", "--dir", dir, "--node", "left", "--node", "right"]);
    const { code, stdout } = await ctl(["init", "secrets", "--dir", dir, "--namespace", "wires"]);
    expect(code).toBe(0);
    const items = JSON.parse(stdout).items as { metadata: object; data?: object; stringData?: object }[];
    expect(items.map(({ metadata }) => metadata)).toEqual(
      ["ratchet-ca", "ratchet-api-tls", "ratchet-api-tokens", "ratchet-replica-token", "ratchet-join-tokens"].map(
        (name) => ({ name, namespace: "wires" }),
      ),
    );
    expect(items[0]?.data).toEqual({ "ca.crt": read("ca.crt") });
    expect(items[4]?.stringData).toEqual({ left: read("nodes/left.token"), right: read("nodes/right.token") });
    for (const secret of ["ca.key", "operator.token"])
      expect(stdout).not.toContain(JSON.stringify(read(secret)).slice(1, -1));
  });

  it("says that there is no folder", async () => {
    const { code, stderr } = await ctl(["init", "node", "left", "--dir", dir]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("cannot be read (ENOENT): ratchetctl init makes")]);
  });
});

describe("an API behind TLS and tokens", () => {
  it("is reached with authority and token, by flags or by the environment", async () => {
    await ctl(["init", "--dir", dir]);
    const server = await serve();
    const flags = ["--ca", join(dir, "ca.crt"), "--token-file", join(dir, "operator.token")];
    const env = { RATCHET_SERVER: server, RATCHET_CA: flags[1], RATCHET_TOKEN_FILE: flags[3] };
    expect(await ctl(["--server", server, ...flags, "get", "links"])).toMatchObject({ code: 0 });
    expect(await ctl(["get", "links"], env)).toMatchObject({ code: 0 });
    expect((await ctl(["watch", "--json"], env)).stdout).toContain('"type":"snapshot"');
  });

  it("says what is missing, and sends no token to whom it does not trust", async () => {
    await ctl(["init", "--dir", dir]);
    await ctl(["init", "--dir", join(base, "other")]);
    const RATCHET_SERVER = await serve();
    const RATCHET_CA = join(dir, "ca.crt");
    const links = ["get", "links"];
    expect(await ctl(links, { RATCHET_SERVER, RATCHET_CA })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("--token-file or RATCHET_TOKEN_FILE names the token"),
    });
    expect((await ctl(["watch"], { RATCHET_SERVER, RATCHET_CA })).stderr).toContain("it needs a token");
    for (const [env, words] of [
      [{ RATCHET_SERVER }, "another authority signed its certificate"],
      [{ RATCHET_SERVER, RATCHET_CA: join(base, "other/ca.crt") }, "another authority signed its certificate"],
    ] as const) {
      expect((await ctl(links, env)).stderr).toContain(words);
      expect((await ctl(["watch"], env)).stderr).toContain(words);
    }
    const tokenFile = join(dir, "operator.token");
    const clear = await ctl(["--server", "http://api.example:8080", "--token-file", tokenFile, ...links]);
    expect([clear.code, clear.stderr]).toEqual([2, expect.stringContaining("a token is sent over https:// only")]);
    const none = await ctl(["--server", RATCHET_SERVER, "--token-file", join(dir, "none"), ...links]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("cannot be read: ENOENT")]);
  });
});
