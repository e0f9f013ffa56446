import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AGENT_CLOSE, AGENT_PROTOCOL, type AgentHello } from "@ratchet/contracts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { apiSocketUrl } from "./api-url.js";
import { Connection } from "./connection.js";

const hello = { type: "hello", protocol: AGENT_PROTOCOL } as AgentHello;
const welcome = JSON.stringify({ type: "welcome", protocol: AGENT_PROTOCOL, storeId: "s", heartbeatMs: 40 });

let folder: string;
let server: WebSocketServer;
let greet: (socket: WebSocket) => void;
let connection: Connection;
let said: string[];
let lost: number;
const ends: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-connection-"));
  const path = join(folder, "api.sock");
  const http = createServer();
  server = new WebSocketServer({ server: http, path: "/api/v1/agent" });
  await new Promise<void>((resolve) => http.listen(path, resolve));
  greet = (socket) => socket.send(welcome);
  server.on("connection", (socket) => socket.once("message", () => greet(socket)));
  said = [];
  lost = 0;
  const handlers = {
    hello: () => hello,
    welcomed: () => {},
    assigned: () => {},
    asked: () => {},
    lost: () => void lost++,
  };
  connection = new Connection(`unix:${path}`, handlers, (_, message) => said.push(message));
  ends.push(async () => {
    connection.stop();
    for (const client of server.clients) client.terminate();
    server.close();
    await new Promise<void>((resolve) => http.close(() => resolve()));
    rmSync(folder, { recursive: true, force: true });
  });
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function nextConnection(): Promise<WebSocket> {
  return new Promise((resolve) => server.once("connection", resolve));
}

describe("the connection to the API", () => {
  test("comes back at once when it was cut", async () => {
    const first = nextConnection();
    connection.start();
    const socket = await first;
    await expect.poll(() => connection.isReady).toBe(true);
    const second = nextConnection();
    const cutAt = performance.now();
    socket.terminate();
    await second;
    expect(performance.now() - cutAt).toBeLessThan(1_000);
    await expect.poll(() => connection.isReady).toBe(true);
    expect(lost).toBe(1);
  });

  test("is given up when the API is silent for three heartbeats", async () => {
    const first = nextConnection();
    connection.start();
    const socket = await first;
    await expect.poll(() => connection.isReady).toBe(true);
    const second = nextConnection();
    // Stopped, not closed: the kernel keeps the connection and nobody answers.
    socket.pause();
    await second;
    expect(said).toContain("the API is silent; reconnecting");
  });

  test.each([
    [AGENT_CLOSE.protocol, /another version/],
    [AGENT_CLOSE.installation, /another installation/],
    [AGENT_CLOSE.replaced, /two agents/],
    [AGENT_CLOSE.identity, /join token/],
  ])("says clearly why it was refused with %i", async (code, words) => {
    greet = (socket) => socket.close(code, "no");
    connection.start();
    await expect.poll(() => said.join()).toMatch(words);
    expect(connection.isReady).toBe(false);
  });

  test.each([
    ["not JSON", "{"],
    ["not of the protocol", '{"type":"nonsense"}'],
    ["binary", Buffer.from([1, 2])],
  ])("is closed as malformed when a frame is %s", async (_, frame) => {
    const code = new Promise<number>((resolve) => {
      greet = (socket) => {
        socket.once("close", resolve);
        socket.send(frame);
      };
    });
    connection.start();
    expect(await code).toBe(AGENT_CLOSE.malformed);
  });
});

test("API addresses become WebSocket addresses", () => {
  expect(apiSocketUrl("unix:/run/api.sock")).toBe("ws+unix:/run/api.sock:/api/v1/agent");
  expect(apiSocketUrl("http://127.0.0.1:8080")).toBe("ws://127.0.0.1:8080/api/v1/agent");
  expect(apiSocketUrl("https://host")).toBe("wss://host/api/v1/agent");
});
