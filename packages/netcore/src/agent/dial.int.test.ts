import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AGENT_PROTOCOL, type AgentHello } from "@ratchet/contracts";
import { type KeyPair, makeAuthority, signServer } from "@ratchet/credentials";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { Connection } from "./connection.js";

const hello = { type: "hello", protocol: AGENT_PROTOCOL } as AgentHello;
const welcome = JSON.stringify({ type: "welcome", protocol: AGENT_PROTOCOL, storeId: "s", heartbeatMs: 1000 });
const TOKEN = "ratchet_0123456789abcdef_secret";

let folder: string;
let authority: KeyPair;
let said: string[];
let shown: (string | undefined)[];
const ends: (() => void)[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-dial-"));
  authority = await makeAuthority("test", 1);
  said = [];
  shown = [];
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** An API that takes one token; its address. */
async function serve({ certificate, key }: KeyPair): Promise<string> {
  const http: Server = createServer({ cert: certificate, key });
  const sockets = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request, socket, head) => {
    shown.push(request.headers.authorization);
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => client.once("message", () => client.send(welcome)));
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  ends.push(() => {
    for (const client of sockets.clients) client.terminate();
    http.closeAllConnections();
    http.close();
  });
  return `https://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

function dial(api: string, files: { apiCa?: string; tokenFile?: string }): Connection {
  const handlers = { hello: () => hello, welcomed() {}, assigned() {}, asked() {}, lost() {} };
  const log = (level: string, message: string, facts?: object) => {
    if (level !== "debug") said.push(`${level} ${message} ${JSON.stringify(facts ?? {})}`);
  };
  const connection = new Connection([api], handlers, log, { apiCa: files.apiCa, tokenFile: files.tokenFile });
  ends.push(() => connection.stop());
  connection.start();
  return connection;
}

const good = (days = 1, hosts = ["127.0.0.1"]) => signServer(authority, hosts, days);

describe("an agent that dials over TLS", () => {
  test("shows its join token to an API that the authority vouches for", async () => {
    const api = await serve(await good());
    const files = { apiCa: file("ca.crt", authority.certificate), tokenFile: file("token", `${TOKEN}\n`) };
    const connection = dial(api, files);
    await expect.poll(() => connection.isReady).toBe(true);
    expect(shown).toEqual([`Bearer ${TOKEN}`]);
  });

  test.each<[string, () => Promise<KeyPair>, RegExp]>([
    [
      "of another authority",
      async () => signServer(await makeAuthority("test", 1), ["127.0.0.1"], 1),
      /another authority/,
    ],
    ["that has run out", () => good(-1), /has run out: ratchetctl init server/],
    ["for other names", () => good(1, ["other.example"]), /is for other names/],
  ])("says what is wrong with a certificate %s, and keeps its token to itself", async (_, certificate, words) => {
    const api = await serve(await certificate());
    const files = { apiCa: file("ca.crt", authority.certificate), tokenFile: file("token", TOKEN) };
    const connection = dial(api, files);
    await expect.poll(() => said.join("\n")).toMatch(words);
    expect(connection.isReady).toBe(false);
    expect(shown).toEqual([]);
  });

  test("says that the API does not know its token, without naming it", async () => {
    const api = await serve(await good());
    const tokenFile = file("token", "ratchet_wrong");
    dial(api, { apiCa: file("ca.crt", authority.certificate), tokenFile });
    await expect.poll(() => said.join("\n")).toMatch(/does not know this node's join token/);
    expect(said.join("\n")).not.toContain("ratchet_wrong");
  });

  test("says that what listens there speaks no TLS", async () => {
    const plain = createTcpServer((socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(
      0,
      "127.0.0.1",
    );
    ends.push(() => plain.close());
    await once(plain, "listening");
    dial(`https://127.0.0.1:${(plain.address() as AddressInfo).port}`, {});
    await expect.poll(() => said.join("\n")).toMatch(/does not speak TLS/);
  });

  test("takes a new token from its file without a restart", async () => {
    const api = await serve(await good());
    const tokenFile = file("token", "");
    const connection = dial(api, { apiCa: file("ca.crt", authority.certificate), tokenFile });
    await expect.poll(() => said.join("\n")).toMatch(/--token-file has no token in its first line/);
    file("token", TOKEN);
    await expect.poll(() => connection.isReady, { timeout: 8_000 }).toBe(true);
  });

  test("names the flag whose file is missing", async () => {
    dial("https://127.0.0.1:1", { apiCa: join(folder, "none") });
    await expect.poll(() => said.join("\n")).toMatch(/--api-ca cannot be read: ENOENT/);
    dial("https://127.0.0.1:1", { apiCa: file("ca.crt", "words") });
    await expect.poll(() => said.join("\n")).toMatch(/--api-ca is no certificate/);
  });
});
