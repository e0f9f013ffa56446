import type { ProbeRow } from "@ratchet/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";

const LINKS = "/api/v1/namespaces/default/links";
let api: TestApi;
let left: AgentStandIn;
let right: AgentStandIn;

beforeEach(async () => {
  api = await TestApi.start({ probeSeconds: 7 });
  left = await AgentStandIn.connect({ url: api.url, name: "left", vtepAddress: "10.9.0.1" });
  right = await AgentStandIn.connect({ url: api.url, name: "right", vtepAddress: "10.9.0.2" });
  await api.pod("a", { node: "left", sandbox: { managed: true } });
  await api.pod("b", { node: "right", sandbox: { managed: true } });
});
afterEach(async () => {
  await left.kill();
  await right.kill();
  await api.stop();
});

const ends = (a: string[], b: string[]) => [
  { pod: "a", interface: "in1", addresses: a },
  { pod: "b", interface: "in1", addresses: b },
];
const ADDRESSED = ends(["10.0.0.1/24"], ["10.0.0.2/24"]);
const up = (link: { status: { phase: string } }) => link.status.phase === "Up";
const say = (agent: AgentStandIn, probes: ProbeRow[], intervalMs = 100) =>
  agent.send({ type: "telemetry", intervalMs, rows: [], probes });
const lastWish = (agent: AgentStandIn) => agent.wishes.at(-1);

test("the first end's agent is told where to send echoes when both ends have addresses, and the other is not", async () => {
  await api.link("l", ADDRESSED);
  await api.until(`${LINKS}/l`, up);
  expect(left.wireNamed("l")?.probe).toEqual({ address: "10.0.0.2" });
  expect(right.wireNamed("l")?.probe).toBeUndefined();
  await api.link("bare", [
    { pod: "a", interface: "in2" },
    { pod: "b", interface: "in2" },
  ]);
  await api.until(`${LINKS}/bare`, up);
  expect(left.wireNamed("bare")?.probe).toBeUndefined();
});

test("echoes are sent at the low rate that is configured, and often while somebody looks", async () => {
  const { uid } = (await api.link("l", ADDRESSED)).metadata;
  await expect.poll(() => lastWish(left)).toMatchObject({ intervalMs: 10_000, probeMs: 7000, probes: [] });
  await api.get(`${LINKS}/l/telemetry`);
  const looked = { intervalMs: 1000, probes: [{ linkUid: uid, intervalMs: 1000 }] };
  await expect.poll(() => lastWish(left)).toMatchObject(looked);
  await expect.poll(() => lastWish(right)).toMatchObject({ intervalMs: 1000, probes: [] });
});

test("what echoes took and lost is kept and read, and no other node is believed about it", async () => {
  const { uid } = (await api.link("l", ADDRESSED)).metadata;
  await api.until(`${LINKS}/l`, up);
  say(left, [[uid, 0, 4, 3, 0.9, 1.5, 0.2]], 1000);
  say(right, [[uid, 0, 9, 9, 90, 90, 9]], 1000);
  const { probes } = await api.until(`${LINKS}/l/telemetry`, (body) => body.probes.points.length > 0);
  expect(probes).toMatchObject({ from: "a:in1", to: "b:in1" });
  expect(probes.points[0].slice(1, 3)).toEqual([4, 3]);
  expect(probes.points[0][3]).toBeCloseTo(1.5, 1);
});

test("20 ms there and 80 ms back agree with a round trip of 101 ms, and no more when it is 12", async () => {
  const { uid } = (await api.link("l", ADDRESSED)).metadata;
  await api.until(`${LINKS}/l`, up);
  say(left, [[uid, 0, 4, 4, 0.5, 0.6, 0.1]]);
  const impairments = [
    { from: "a", delayMs: 20 },
    { from: "b", delayMs: 80 },
  ];
  await api.request("PATCH", `${LINKS}/l`, { spec: { impairments } });
  // Nothing is said of the time before it was in force.
  await api.until(`${LINKS}/l`, (link) => up(link) && link.status.impairments?.[1]?.state === "active");
  const measure = async (ms: number) => {
    const again = setInterval(() => say(left, [[uid, 0, 4, 4, ms, ms, 0.1]], 1), 20);
    try {
      return await api.until(`${LINKS}/l`, (link) => link.status.impairments?.[0]?.measured?.roundTripMs === ms);
    } finally {
      clearInterval(again);
    }
  };
  const good = await measure(101);
  expect(good.status.impairments).toMatchObject([
    { from: "a", agrees: true, measured: { roundTripMs: 101, baseMs: 0.5 } },
    { from: "b", agrees: true, measured: { roundTripMs: 101 } },
  ]);
  expect(good.status.impairments[0].compared).toEqual([
    { what: "roundTripMs", asked: 100, least: 95.5, most: 105.5, measured: 101, agrees: true },
  ]);
  const bad = await measure(12);
  expect(bad.status.impairments[1]).toMatchObject({ agrees: false, measured: { roundTripMs: 12 } });
  // Another figure begins the measurement anew.
  await api.request("PATCH", `${LINKS}/l`, { spec: { impairments: [{ from: "a", delayMs: 12 }] } });
  const fresh = await api.until(`${LINKS}/l`, (link) => link.status.impairments?.[0]?.effective?.delayMs === 12);
  expect(fresh.status.impairments).toMatchObject([{ from: "a", measured: null, agrees: null, compared: [] }]);
});

test("a ping over a link is a measurement of it", async () => {
  const { uid } = (await api.link("l", ADDRESSED, { impairments: [{ from: "b", delayMs: 50 }] })).metadata;
  await api.until(`${LINKS}/l`, (link) => link.status.impairments?.[0]?.state === "active");
  left.onRequest = ({ id }) => {
    const rttMs = { min: 50, avg: 51, max: 52, mdev: 1 };
    const result = { address: "10.0.0.2", sent: 3, received: 3, lossPercent: 0, rttMs, replies: [] };
    left.send({ type: "reply", id, done: true, result });
  };
  await expect
    .poll(async () => {
      const answer = await api.post("/api/v1/namespaces/default/pods/a/ping", { to: "b" });
      if (answer.status !== 200) return answer;
      return (await api.get(`${LINKS}/l`)).body.status.impairments[0];
    })
    .toMatchObject({ agrees: true, measured: { roundTripMs: 51 } });
  expect(uid).not.toBe("");
});

test("a wire whose underlay loses what is sent to try it is Degraded and says how much", async () => {
  await api.link("l", ADDRESSED);
  await api.until(`${LINKS}/l`, up);
  left.underlay = { address: "10.9.0.2", lossPercent: 30 };
  left.reportAll();
  const degraded = await api.until(`${LINKS}/l`, (link) => link.status.phase === "Degraded");
  expect(degraded.status.conditions[0]).toMatchObject({ type: "Ready", reason: "UnderlayLossy" });
  expect(degraded.status.conditions[0].message).toBe("the underlay to 10.9.0.2 loses 30 % of what is sent to try it");
  left.underlay = undefined;
  left.reportAll();
  await api.until(`${LINKS}/l`, up);
});

test("each end's carrier changes are told with their times", async () => {
  await api.link("l", ADDRESSED);
  await api.until(`${LINKS}/l`, up);
  const at = "2026-01-01T00:00:00.000Z";
  left.carrier = { count: 3, last: [{ at, carrier: false }] };
  left.reportAll();
  const { carrier } = await api.until(`${LINKS}/l/telemetry`, (body) => body.carrier[0].count === 3);
  expect(carrier).toEqual([
    { end: "a:in1", count: 3, last: [{ at, carrier: false }] },
    { end: "b:in1", count: null, last: [] },
  ]);
});
