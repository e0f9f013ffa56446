import { AGENT_PROTOCOL, PEER_PROTOCOL } from "@ratchet/contracts";
import {
  assertSound,
  deepJson,
  type EtcdCluster,
  fuzzRuns,
  hostileString,
  mutate,
  mutateText,
  type Random,
  startEtcd,
} from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { AgentStandIn, helloOf } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";

const fuzz = fuzzRuns();
/** A failure inside the API, as RFC 6455 names it. */
const INTERNAL_ERROR = 1011;
let api: TestApi;
let etcd: EtcdCluster;
/** One of several: only such a one lets others in. */
let replica: TestApi;

beforeAll(async () => {
  api = await TestApi.start();
  for (const name of ["a", "b"]) await api.pod(name, { node: "n1", sandbox: { managed: true } });
  await api.link("ab", [
    { pod: "a", interface: "in1" },
    { pod: "b", interface: "in1" },
  ]);
});
beforeAll(async () => {
  etcd = await startEtcd();
  replica = await TestApi.start({ store: { kind: "etcd", etcd: { endpoints: etcd.endpoints } }, replicaId: "one" });
});
afterAll(async () => {
  await api?.stop();
  await replica?.stop();
  await etcd?.close();
});

function frame(random: Random, valid: readonly unknown[]): string {
  const kind = random.int(20);
  if (kind === 0) return hostileString(random);
  if (kind === 1) return deepJson(random.pick([10, 1000, 20_000]));
  const text = JSON.stringify(kind < 4 ? random.pick(valid) : mutate(random, random.pick(valid))) ?? "";
  return kind < 7 ? mutateText(random, text) : text;
}

/** Sends frames until the other side ends it or all are sent; answers the code it was closed with. */
async function play(
  path: string,
  first: readonly string[],
  frames: readonly string[],
  what: string,
  { url }: TestApi = api,
): Promise<number> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}${path}`);
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  socket.on("error", () => {});
  await new Promise<void>((resolve) => {
    socket.once("open", resolve);
    socket.once("close", () => resolve());
  });
  for (const text of [...first, ...frames]) if (socket.readyState === WebSocket.OPEN) socket.send(text);
  // Behind the frames, so that its answer says that all of them were looked at.
  const heard = new Promise<void>((resolve) => socket.once("pong", () => resolve()));
  if (socket.readyState === WebSocket.OPEN) socket.ping();
  await Promise.race([heard, closed, timeout(5000, what)]);
  await new Promise((resolve) => setTimeout(resolve, 2));
  if (socket.readyState === WebSocket.OPEN) socket.close(1000);
  return Promise.race([closed, timeout(5000, what)]);
}

function timeout(ms: number, what: string): Promise<never> {
  return new Promise((_resolve, reject) => setTimeout(() => reject(new Error(`no answer: ${what}`)), ms).unref());
}

test("stream: whatever a browser sends is understood or ends its own connection alone", async () => {
  const random = fuzz.random("stream");
  const valid = [{ type: "ping" }, { type: "watch", links: ["0", "1"] }];
  for (let run = 0; run < fuzz.runs; run++) {
    const query = random.chance(0.3) ? `?since=${encodeURIComponent(hostileString(random).toWellFormed())}` : "";
    const frames = Array.from({ length: random.between(1, 4) }, () => frame(random, valid));
    const what = `${fuzz.replay("stream", run)}\n${query}\n${frames.map((text) => text.slice(0, 300)).join("\n")}`;
    const code = await play(`/api/v1/stream${query}`, [], frames, what);
    expect(code, what).not.toBe(INTERNAL_ERROR);
    assertSound(what);
  }
  expect((await api.get("/readyz")).status).toBe(200);
});

test("agent: whatever an agent sends is understood or ends its own connection alone", async () => {
  const random = fuzz.random("agent");
  const hello = helloOf({ url: api.url, name: "n1" });
  const uids = (await api.get("/api/v1/namespaces/default/pods")).body.items.map(
    (pod: { metadata: { uid: string } }) => pod.metadata.uid,
  );
  const link = (await api.get("/api/v1/namespaces/default/links/ab")).body.metadata.uid as string;
  const port = { podUid: uids[0], interface: "in1" };
  const status = {
    type: "status",
    full: true,
    version: 1,
    pods: [{ podUid: uids[0], phase: "Ready", incarnation: 0, netns: "/run/netns/a", message: "" }],
    ports: [
      {
        ...port,
        ifIndex: 2,
        mac: "02:00:00:00:00:01",
        mtuBytes: 1450,
        isUp: true,
        hasCarrier: true,
        operState: "up",
        addresses: [],
        message: "",
      },
    ],
    wires: [{ linkUid: link, revision: 1, isReady: true, isPatched: true, vni: null, error: null }],
    removedPods: [],
    removedPorts: [port],
    removedWires: [],
    vnis: [7],
    removedVnis: [8],
  };
  const about = { kind: "Link", namespace: "default", name: "ab" };
  const event = {
    type: "event",
    event: {
      kind: "Event",
      id: "1",
      at: new Date(0).toISOString(),
      severity: "info",
      reason: "R",
      message: "m",
      about,
    },
  };
  const reply = { type: "reply", id: "1", done: true, result: {} };
  const telemetry = {
    type: "telemetry",
    intervalMs: 1000,
    rows: [[link, 0, 1, 2, 3, 4]],
    probes: [[link, 0, 1, 1, 0.1, 0.1, 0.1]],
  };
  const valid = [status, event, reply, telemetry, hello];
  for (let run = 0; run < fuzz.runs; run++) {
    const first =
      JSON.stringify(random.chance(0.7) ? hello : mutate(random, { ...hello, protocol: AGENT_PROTOCOL })) ?? "";
    const frames = Array.from({ length: random.between(1, 5) }, () => frame(random, valid));
    const what = `${fuzz.replay("agent", run)}\n${[first, ...frames].map((text) => text.slice(0, 500)).join("\n")}`;
    const code = await play("/api/v1/agent", [first], frames, what);
    expect(code, what).not.toBe(INTERNAL_ERROR);
    assertSound(what);
    if (run % 50 === 0) expect((await api.get("/api/v1/namespaces/default/topology")).status, what).toBe(200);
  }
  const agent = await AgentStandIn.connect({ url: api.url, name: "n1" });
  await agent.until(() => agent.wireNamed("ab") !== undefined);
  await agent.kill();
  expect((await api.get("/readyz")).status).toBe(200);
});

test("peer: whatever another replica sends is understood or ends its own connection alone", async () => {
  const random = fuzz.random("peer");
  const { storeId } = replica.core.mirror;
  const agent = await AgentStandIn.connect({ url: replica.url, name: "n1" });
  const toAgent = (frame: object) => ({ type: "toAgent", node: "n1", frame });
  const hello = { type: "hello", protocol: PEER_PROTOCOL, replica: "two", storeId };
  const valid = [
    hello,
    toAgent({ type: "request", id: "1", method: "ping", params: {}, timeoutMs: 1000 }),
    toAgent({ type: "cancel", id: "1" }),
    toAgent({ type: "telemetry", intervalMs: 1000, probes: [] }),
  ];
  for (let run = 0; run < fuzz.runs; run++) {
    const first = JSON.stringify(random.chance(0.7) ? hello : mutate(random, hello)) ?? "";
    const frames = Array.from({ length: random.between(1, 5) }, () => frame(random, valid));
    const what = `${fuzz.replay("peer", run)}\n${[first, ...frames].map((text) => text.slice(0, 500)).join("\n")}`;
    const code = await play("/api/v1/peer", [first], frames, what, replica);
    expect(code, what).not.toBe(INTERNAL_ERROR);
    assertSound(what);
  }
  expect((await replica.get("/api/v1/nodes/n1")).body.status.phase).toBe("Ready");
  agent.reportAll();
  await agent.kill();
  await replica.until("/api/v1/nodes/n1", ({ status }) => status.phase === "Unknown");
});
