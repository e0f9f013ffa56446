import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AGENT_CLOSE, AGENT_PROTOCOL, AGENT_PROTOCOL_OLDEST, type AgentHello } from "@ratchet/contracts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { apiSocketUrl } from "./api-url.js";
import { Connection } from "./connection.js";

const helloOf = (protocol: number) => ({ type: "hello", protocol }) as AgentHello;
const welcomeOf = (protocol: number) => JSON.stringify({ type: "welcome", protocol, storeId: "s", heartbeatMs: 40 });
const welcome = welcomeOf(AGENT_PROTOCOL);

let folder: string;
let path: string;
let server: WebSocketServer;
let greet: (socket: WebSocket) => void;
let connection: Connection;
let said: string[];
let lost: number;
const ends: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-connection-"));
  path = join(folder, "api.sock");
  const http = createServer();
  server = new WebSocketServer({ server: http, path: "/api/v1/agent" });
  await new Promise<void>((resolve) => http.listen(path, resolve));
  greet = (socket) => socket.send(welcome);
  server.on("connection", (socket) => socket.once("message", () => greet(socket)));
  said = [];
  lost = 0;
  connection = connectionTo(`unix:${path}`);
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

function connectionTo(...apis: string[]): Connection {
  const handlers = { hello: helloOf, welcomed: () => {}, assigned: () => {}, asked: () => {}, lost: () => void lost++ };
  return new Connection(apis, handlers, (_, message) => said.push(message));
}

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
    socket.terminate();
    await second;
    expect(said).not.toContain("the API is silent; reconnecting");
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

  test("goes on at the next API when one fails, and comes back to the first when that one does", async () => {
    const other = createServer();
    const others = new WebSocketServer({ server: other, path: "/api/v1/agent" });
    others.on("connection", (socket) => socket.once("message", () => socket.send(welcome)));
    await new Promise<void>((resolve) => other.listen(join(folder, "other.sock"), resolve));
    connection = connectionTo(`unix:${folder}/nobody.sock`, `unix:${path}`, `unix:${folder}/other.sock`);
    connection.start();
    await expect.poll(() => server.clients.size).toBe(1);
    await expect.poll(() => connection.isReady).toBe(true);

    for (const client of server.clients) client.terminate();
    await expect.poll(() => others.clients.size, { interval: 5 }).toBe(1);
    for (const client of others.clients) client.terminate();
    await expect.poll(() => server.clients.size, { interval: 5 }).toBe(1);
    others.close();
    other.close();
  });

  test("speaks an older protocol with an older API, and the newest again with the next", async () => {
    const spoken: number[] = [];
    let newest = AGENT_PROTOCOL_OLDEST;
    server.removeAllListeners("connection");
    server.on("connection", (socket) =>
      socket.once("message", (data) => {
        const { protocol } = JSON.parse(data.toString()) as AgentHello;
        spoken.push(protocol);
        if (protocol > newest) socket.close(AGENT_CLOSE.protocol, "too new");
        else socket.send(welcomeOf(protocol));
      }),
    );
    connection.start();
    await expect.poll(() => connection.isReady).toBe(true);
    expect(spoken).toEqual([AGENT_PROTOCOL, AGENT_PROTOCOL_OLDEST]);
    newest = AGENT_PROTOCOL;
    for (const client of server.clients) client.terminate();
    await expect.poll(() => spoken.length).toBe(3);
    await expect.poll(() => connection.isReady).toBe(true);
    expect(spoken[2]).toBe(AGENT_PROTOCOL);
    expect(said.join()).not.toMatch(/another version/);
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
