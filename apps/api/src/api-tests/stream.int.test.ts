import type { StreamFrame } from "@ratchet/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { AgentStandIn, helloOf } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";
import { StreamReader } from "../test-support/stream-reader.js";

type Delta = Extract<StreamFrame, { type: "delta" }>;
type Snapshot = Extract<StreamFrame, { type: "snapshot" }>;
const isDelta = (frame: StreamFrame): frame is Delta => frame.type === "delta";
const isSnapshot = (frame: StreamFrame): frame is Snapshot => frame.type === "snapshot";
const names = (items: { metadata: { name: string } }[]) => items.map(({ metadata }) => metadata.name).sort();

let api: TestApi;
const readers: StreamReader[] = [];
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  await api.stop();
});
async function open(query = ""): Promise<StreamReader> {
  const reader = await StreamReader.open(api.url, query);
  readers.push(reader);
  return reader;
}

test("begins with everything, then sends whole objects with who asked for them", async () => {
  await api.pod("a");
  const reader = await open();
  const first = await reader.frame(isSnapshot);
  expect(reader.frames[0]).toBe(first);
  expect(names(first.items)).toEqual(["a"]);
  const made = await api.post(
    "/api/v1/namespaces/default/pods",
    { metadata: { name: "b" }, spec: {} },
    { "x-ratchet-actor": "ann" },
  );
  const delta = await reader.frame(isDelta);
  expect(delta).toMatchObject({ actor: "ann", sequence: first.sequence + 1, revision: made.body.metadata.revision });
  expect(delta.upserts).toEqual([made.body]);
  await api.request("DELETE", "/api/v1/namespaces/default/pods/b");
  const gone = await reader.frame((frame) => isDelta(frame) && frame.deletes.length > 0);
  const { uid } = made.body.metadata;
  expect(gone).toMatchObject({ deletes: [{ kind: "Pod", namespace: "default", name: "b", uid }] });
});

test("status changes are deltas that move the sequence and not the revision of the object", async () => {
  const pod = await api.pod("a", { node: "n", sandbox: { managed: true } });
  const reader = await open();
  await reader.frame(isSnapshot);
  const agent = await AgentStandIn.connect({ url: api.url, name: "n" });
  const delta = await reader.frame(
    (frame): frame is Delta =>
      isDelta(frame) && frame.upserts.some((item) => item.kind === "Pod" && item.status.phase === "Ready"),
  );
  expect(delta.actor).toBeUndefined();
  expect(delta.upserts.find(({ kind }) => kind === "Pod")?.metadata.revision).toBe(pod.metadata.revision);
  await agent.kill();
  await reader.frame(
    (frame) => isDelta(frame) && frame.upserts.some((item) => item.kind === "Node" && item.status.phase === "Unknown"),
  );
  await reader.frame((frame) => frame.type === "event" && frame.event.reason === "NodeUnknown");
  const events = await api.get("/api/v1/namespaces/default/events");
  expect(events.body.items[0]).toMatchObject({ reason: "NodeUnknown", node: "n" });
});

test("resumes from a revision with what was missed, and with everything when that is not known", async () => {
  await api.pod("a");
  const first = await open();
  const { storeId, revision } = await first.frame(isSnapshot);
  first.close();
  await api.pod("b");
  await api.request("DELETE", "/api/v1/namespaces/default/pods/a");
  const resumed = await open(`?since=${revision}&store=${storeId}`);
  const missed = await resumed.frame(() => true);
  expect(missed.type).toBe("delta");
  expect(names((missed as Delta).upserts)).toEqual(["b"]);
  expect((missed as Delta).deletes.map(({ name }) => name)).toEqual(["a"]);
  for (const query of [
    `?since=${revision}&store=another`,
    `?since=999999&store=${storeId}`,
    `?since=0&store=${storeId}`,
  ]) {
    expect((await (await open(query)).frame(() => true)).type).toBe("snapshot");
  }
  await api.restart();
  expect((await (await open(`?since=${revision}&store=${storeId}`)).frame(() => true)).type).toBe("snapshot");
});

test("a namespace's reader hears of that namespace and of nodes alone", async () => {
  const reader = await open("?namespace=lab");
  await api.pod("elsewhere", {});
  await api.pod("here", {}, "lab");
  const delta = await reader.frame(isDelta);
  expect(names(delta.upserts)).toEqual(["here"]);
});

test("one apply is one delta", async () => {
  const reader = await open();
  const pods = Array.from({ length: 50 }, (_, index) => ({
    apiVersion: "ratchet.network/v1alpha1",
    kind: "Pod",
    metadata: { name: `p${index}` },
    spec: {},
  }));
  await api.post("/api/v1/apply", pods);
  expect((await reader.frame(isDelta)).upserts).toHaveLength(50);
});

test("a heartbeat comes every second, and a layout when somebody saves one", async () => {
  const reader = await open();
  await reader.frame((frame) => frame.type === "heartbeat", 2500);
  const layout = { positions: { "pod/a": { x: 1, y: 2 } } };
  await api.request("PUT", "/api/v1/namespaces/default/layout", layout, { "x-ratchet-actor": "ann" });
  expect(await reader.frame((frame) => frame.type === "layout")).toMatchObject({
    layout,
    actor: "ann",
    namespace: "default",
  });
});

test("frames that are not ours end the connection", async () => {
  for (const text of ["hello", "{}", '{"type":"pong"}', '{"type":"ping","x":1}']) {
    const reader = await open();
    reader.send(text);
    expect(await reader.closed).toBe(1008);
  }
  const patient = await open();
  patient.send('{"type":"ping"}');
  await api.pod("a");
  await patient.frame(isDelta);
  expect(await (await open("?since=x")).closed).toBe(1008);
  const huge = await open();
  huge.send("x".repeat(100_000));
  expect(await huge.closed).toBe(1009);
});

test("a reader that takes nothing is closed with 1013", async () => {
  await api.pod("a", {});
  const socket = new WebSocket(`${api.url.replace("http", "ws")}/api/v1/stream`);
  await new Promise((resolve) => socket.once("open", resolve));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await expect.poll(() => api.core.hub.readers).toBe(1);
  socket.pause();
  const path = "/api/v1/namespaces/default/pods/a";
  for (let round = 0; round < 200 && api.core.hub.readers > 0; round++) {
    const text = `${round} `.padEnd(250_000, "x");
    await api.request("PATCH", path, { metadata: { annotations: { one: text, two: text } } });
  }
  socket.resume();
  expect(await closed).toBe(1013);
});

test("a foreign Origin or Host, and an unknown path, get no WebSocket", async () => {
  const refusedWith = async (path: string, headers: Record<string, string>) => {
    const socket = new WebSocket(`${api.url.replace("http", "ws")}${path}`, { headers });
    return new Promise((resolve) => {
      socket.on("unexpected-response", (_request, response) => {
        resolve(response.statusCode);
        socket.terminate();
      });
      socket.on("error", () => {});
      socket.on("open", () => {
        resolve("open");
        socket.terminate();
      });
    });
  };
  expect(await refusedWith("/api/v1/stream", { origin: "http://evil.example" })).toBe(403);
  expect(await refusedWith("/api/v1/agent", { origin: "http://evil.example" })).toBe(403);
  expect(await refusedWith("/api/v1/stream", { host: "evil.example" })).toBe(403);
  expect(await refusedWith("/api/v1/nowhere", {})).toBe(404);
  expect(await refusedWith("/api/v1/stream", { origin: api.url })).toBe("open");
});

test("an agent that does not speak the protocol is turned away", async () => {
  const speak = async (...texts: string[]) => {
    const socket = new WebSocket(`${api.url.replace("http", "ws")}/api/v1/agent`);
    await new Promise((resolve) => socket.once("open", resolve));
    for (const text of texts) socket.send(text);
    return new Promise((resolve) => socket.once("close", resolve));
  };
  const hello = helloOf({ url: api.url, name: "n" });
  expect(await speak(JSON.stringify({ ...hello, protocol: 99 }))).toBe(4001);
  expect(await speak("nonsense")).toBe(1008);
  expect(await speak(JSON.stringify({ type: "status" }))).toBe(1008);
  expect(await speak(JSON.stringify({ ...hello, node: { ...hello.node, name: "A B" } }))).toBe(1008);
  expect(await speak(JSON.stringify(hello), '{"type":"status","full":true}')).toBe(1008);
  expect(await speak(JSON.stringify(hello), JSON.stringify(hello))).toBe(1008);
});
