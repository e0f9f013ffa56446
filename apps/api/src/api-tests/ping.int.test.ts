import type { PingResult } from "@ratchet/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";

const PODS = "/api/v1/namespaces/default/pods";
const on = (node: string, more: object = {}) => ({ node, sandbox: { managed: true }, ...more });
let api: TestApi;
let left: AgentStandIn;

beforeEach(async () => {
  api = await TestApi.start();
  left = await AgentStandIn.connect({ url: api.url, name: "left" });
  await api.pod("a", on("left"));
});
afterEach(async () => {
  await left.kill();
  await api.stop();
});

const resultFor = (address: string): PingResult => ({
  address,
  sent: 1,
  received: 1,
  lossPercent: 0,
  rttMs: { min: 1, avg: 1, max: 1, mdev: 0 },
  replies: [{ sequence: 1, rttMs: 1, message: "" }],
});
const addressOf = (params: unknown) => (params as { address: string }).address;
const reply = (id: string, more: object) => left.send({ type: "reply", id, done: true, ...more });

function answerAll(): void {
  left.onRequest = ({ id, params }) => {
    reply(id, { done: false, result: { sequence: 1, rttMs: 1, message: "" } });
    reply(id, { result: resultFor(addressOf(params)) });
  };
}

test("the pod's agent is asked and its result answered", async () => {
  answerAll();
  const answer = await api.post(`${PODS}/a/ping`, { to: "10.0.0.2", count: 1, intervalMs: 50 });
  expect([answer.status, answer.body]).toEqual([200, resultFor("10.0.0.2")]);
  const podUid = (await api.get(`${PODS}/a`)).body.metadata.uid;
  expect(left.requests).toMatchObject([
    {
      method: "ping",
      params: { podUid, address: "10.0.0.2", count: 1, intervalMs: 50, waitMs: 1000, payloadBytes: 56 },
    },
  ]);
});

test("a pod's name is its address on the wire between the two, else its loopback, else any", async () => {
  answerAll();
  await api.pod(
    "b",
    on("left", { loopback: ["4.4.4.4/32"], interfaces: [{ name: "x1", addresses: ["10.7.0.1/24"] }] }),
  );
  await api.pod("c", on("left", { interfaces: [{ name: "x1", addresses: ["10.8.0.1/24"] }] }));
  const asked = async (to: string) => (await api.post(`${PODS}/a/ping`, { to })).body.address;
  expect([await asked("b"), await asked("c")]).toEqual(["4.4.4.4", "10.8.0.1"]);
  await api.link("ab", [
    { pod: "a", interface: "in1", addresses: ["10.0.0.1/24"] },
    { pod: "b", interface: "in1", addresses: ["10.0.0.2/24"] },
  ]);
  expect(await asked("b")).toBe("10.0.0.2");
});

test("a trace names the pods that have the hops' addresses", async () => {
  await api.pod("r", on("left", { interfaces: [{ name: "x1", addresses: ["10.7.0.1/24"] }] }));
  const hop = (number: number, address: string | null) => ({ hop: number, address, pod: null, rttMs: 1, message: "" });
  left.onRequest = ({ id, params }) => {
    const hops = [hop(1, "10.7.0.1"), hop(2, null), hop(3, "10.99.0.1")];
    reply(id, { result: { address: addressOf(params), isReached: true, hops } });
  };
  const { status, body } = await api.post(`${PODS}/a/trace`, { to: "10.99.0.1" });
  expect([status, body.isReached]).toEqual([200, true]);
  expect(body.hops.map((item: { pod: string | null }) => item.pod)).toEqual(["r", null, null]);
  expect(left.requests).toMatchObject([
    { method: "trace", params: { address: "10.99.0.1", maxHops: 16, waitMs: 1000 } },
  ]);
  expect((await api.post(`${PODS}/a/trace`, { to: "10.99.0.1", maxHops: 65 })).body.errors[0].field).toBe("maxHops");
});

test("refusals name the field and ask nobody", async () => {
  await api.pod("bare", on("left"));
  for (const [body, field] of [
    [{ to: "nobody" }, "to"],
    [{ to: "bare" }, "to"],
    [{ to: "10.0.0.2/24" }, "to"],
    [{ to: "a", count: 0 }, "count"],
  ] as const) {
    const { body: problem } = await api.post(`${PODS}/a/ping`, body);
    expect(problem).toMatchObject({ status: 422, code: "Invalid", errors: [{ field }] });
  }
  expect((await api.post(`${PODS}/none/ping`, { to: "10.0.0.2" })).status).toBe(404);
  expect(left.requests).toEqual([]);
});

test.each([
  ["PodGone", 409],
  ["NotReady", 409],
  ["Busy", 503],
  ["Failed", 500],
])("what the agent refuses as %s is a %d with its words", async (code, status) => {
  left.onRequest = ({ id }) => reply(id, { error: { code, message: "for a reason" } });
  const answer = await api.post(`${PODS}/a/ping`, { to: "10.0.0.2" });
  expect(answer.status).toBe(status);
  if (status !== 500) expect(answer.body.detail).toBe("for a reason");
});

test("an agent that is away, dies meanwhile or is replaced leaves no client waiting", async () => {
  const waiting = api.post(`${PODS}/a/ping`, { to: "10.0.0.2" });
  await expect.poll(() => left.requests.length).toBe(1);
  const second = await AgentStandIn.connect({ url: api.url, name: "left" });
  expect(await waiting).toMatchObject({ status: 503, body: { code: "Unavailable" } });
  const again = api.post(`${PODS}/a/ping`, { to: "10.0.0.2" });
  await expect.poll(() => second.requests.length).toBe(1);
  await second.kill();
  expect((await again).status).toBe(503);
  expect((await api.post(`${PODS}/a/ping`, { to: "10.0.0.2" })).body.detail).toContain("is not connected");
  expect(api.core.agents.rpc.size).toBe(0);
});

test("a client that hangs up has its question cancelled at the agent", async () => {
  const abort = new AbortController();
  const gone = fetch(`${api.url}${PODS}/a/ping`, {
    method: "POST",
    body: JSON.stringify({ to: "10.0.0.2" }),
    headers: { "content-type": "application/json" },
    signal: abort.signal,
  }).catch((error: Error) => error.name);
  await expect.poll(() => left.requests.length).toBe(1);
  abort.abort();
  expect(await gone).toBe("AbortError");
  await expect.poll(() => left.cancelled).toEqual([left.requests[0]?.id]);
  await expect.poll(() => api.core.agents.rpc.size).toBe(0);
});
