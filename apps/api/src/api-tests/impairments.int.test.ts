import { afterEach, beforeEach, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";

const LINKS = "/api/v1/namespaces/default/links";
let api: TestApi;
let left: AgentStandIn;
let right: AgentStandIn;

beforeEach(async () => {
  api = await TestApi.start();
  left = await AgentStandIn.connect({ url: api.url, name: "left", vtepAddress: "10.9.0.1" });
  right = await AgentStandIn.connect({ url: api.url, name: "right", vtepAddress: "10.9.0.2" });
});
afterEach(async () => {
  await left.kill();
  await right.kill();
  await api.stop();
});

const on = (node: string) => ({ node, sandbox: { managed: true } });
const end = (pod: string, ifName = "eth1") => ({ pod, interface: ifName });
const body = (ends: object[], impairments: object[]) => ({
  metadata: { name: "l" },
  spec: { endpoints: ends, impairments },
});
const isPhase = (phase: string) => (link: { status: { phase: string } }) => link.status.phase === phase;

test("each direction of a local wire goes to the one agent, as the direction it is", async () => {
  await api.pod("a", on("left"));
  await api.pod("b", on("left"));
  const impairments = [
    { from: "a", delayMs: 20 },
    { from: "b", delayMs: 80 },
  ];
  expect((await api.post(LINKS, body([end("a"), end("b")], impairments))).status).toBe(201);
  const up = await api.until(`${LINKS}/l`, isPhase("Up"));
  expect(left.wireNamed("l")?.impair).toEqual({ toPort: { delayMs: 80 }, toPeer: { delayMs: 20 } });
  expect(up.spec.impairments).toEqual(impairments);
  expect(up.status.impairments).toMatchObject([
    { from: "a", asked: { delayMs: 20 }, effective: { delayMs: 20 }, engine: "relay", state: "active" },
    { from: "b", asked: { delayMs: 80 }, actual: { delayMs: 80 }, measured: null, agrees: null },
  ]);
});

test("a direction across nodes is impaired by the receiver's agent alone", async () => {
  await api.pod("a", on("left"));
  await api.pod("b", on("right"));
  await api.post(LINKS, body([end("a"), end("b")], [{ from: "a", delayMs: 20 }]));
  const up = await api.until(`${LINKS}/l`, isPhase("Up"));
  expect(right.wireNamed("l")?.impair).toEqual({ toPort: { delayMs: 20 }, toPeer: null });
  expect(left.wireNamed("l")?.impair).toBeUndefined();
  expect(up.status.impairments).toMatchObject([{ from: "a", state: "active" }]);
});

test("0 removes an impairment, and PATCH changes the entry of one direction", async () => {
  await api.pod("a", on("left"));
  await api.pod("b", on("left"));
  await api.post(LINKS, body([end("a"), end("b")], [{ from: "a", delayMs: 20 }]));
  await api.until(`${LINKS}/l`, isPhase("Up"));
  const patch = (impairments: object[]) => api.request("PATCH", `${LINKS}/l`, { spec: { impairments } });
  expect((await patch([{ from: "a", delayMs: 0 }])).status).toBe(200);
  const off = await api.until(`${LINKS}/l`, (link) => link.status.impairments === undefined);
  expect(off.spec.impairments).toEqual([{ from: "a", delayMs: 0 }]);
  expect(left.wireNamed("l")?.impair).toBeUndefined();
});

test("a link is Degraded while an impairment is not in force, and says why", async () => {
  left.impairTrouble = "the relay has ended";
  await api.pod("a", on("left"));
  await api.pod("b", on("left"));
  await api.post(LINKS, body([end("a"), end("b")], [{ from: "a", delayMs: 20 }]));
  const degraded = await api.until(`${LINKS}/l`, isPhase("Degraded"));
  expect(degraded.status.conditions[0]).toMatchObject({ type: "Ready", reason: "ImpairmentNotInForce" });
  expect(degraded.status.conditions[0].message).toContain("the relay has ended");
  expect(degraded.status.impairments[0]).toMatchObject({ state: "degraded", engine: "none", actual: {} });
});

test("a re-route keeps each direction's impairment, under the new pod's name", async () => {
  for (const name of ["a", "b", "c"]) await api.pod(name, on("left"));
  const impairments = [
    { from: "a", delayMs: 1 },
    { from: "b", delayMs: 2 },
  ];
  await api.post(LINKS, body([end("a"), end("b")], impairments));
  const moved = await api.post(`${LINKS}/l/reroute`, { endpoint: 1, to: { pod: "c" } });
  expect(moved.status).toBe(200);
  expect(moved.body.spec.impairments).toEqual([
    { from: "a", delayMs: 1 },
    { from: "c", delayMs: 2 },
  ]);
});

test.each([
  ["of a pod that is no end", [end("a"), end("b")], [{ from: "c", delayMs: 1 }], "spec.impairments[0].from"],
  ["of an interface that is no end", [end("a"), end("b")], [{ from: "a:x", delayMs: 1 }], "spec.impairments[0].from"],
  [
    "twice for one direction",
    [end("a"), end("b")],
    [
      { from: "a", delayMs: 1 },
      { from: "a:eth1", delayMs: 2 },
    ],
    "spec.impairments[1].from",
  ],
  [
    "of a pod that is both ends",
    [end("a", "x"), end("a", "y")],
    [{ from: "a", delayMs: 1 }],
    "spec.impairments[0].from",
  ],
  ["below nothing", [end("a"), end("b")], [{ from: "a", delayMs: -1 }], "spec.impairments[0].delayMs"],
  ["of fields there are not", [end("a"), end("b")], [{ from: "a", delay: 1 }], "spec.impairments[0]"],
  [
    "reordered without a delay",
    [end("a"), end("b")],
    [{ from: "a", reorderPercent: 1 }],
    "spec.impairments[0].reorderPercent",
  ],
])("refuses impairments %s, naming the field", async (_what, ends, impairments, field) => {
  const refused = await api.post(LINKS, body(ends, impairments));
  expect(refused.status).toBe(422);
  expect(JSON.stringify(refused.body.errors)).toContain(field);
  expect((await api.get(`${LINKS}/l`)).status).toBe(404);
});

test("tells the two ends of one pod apart by their interfaces", async () => {
  await api.pod("a", on("left"));
  await api.post(LINKS, body([end("a", "x"), end("a", "y")], [{ from: "a:y", delayMs: 5 }]));
  const up = await api.until(`${LINKS}/l`, isPhase("Up"));
  expect(left.wireNamed("l")?.impair).toEqual({ toPort: { delayMs: 5 }, toPeer: null });
  expect(up.status.impairments).toMatchObject([{ from: "a:y", state: "active" }]);
});

test("refuses engine netem where the receiver's kernel has none, and changes nothing", async () => {
  await api.pod("a", on("left"));
  await api.pod("b", on("right"));
  await api.post(LINKS, body([end("a"), end("b")], [{ from: "a", delayMs: 1 }]));
  const refused = await api.request("PATCH", `${LINKS}/l`, {
    spec: { impairments: [{ from: "a", delayMs: 5, lossPercent: 1, engine: "netem" }] },
  });
  expect([refused.status, refused.body.errors[0].field]).toEqual([422, "spec.impairments[0].engine"]);
  expect(refused.body.errors[0].message).toContain("node right");
  expect((await api.get(`${LINKS}/l`)).body.spec.impairments).toEqual([{ from: "a", delayMs: 1 }]);
});

test("what was read out is applied again without effect, and makes the same impairments on an empty network", async () => {
  await api.pod("a", on("left"));
  await api.pod("b", on("left"));
  const impairments = [
    {
      ...{ from: "a", delayMs: 100, jitterMs: 10.5, jitterDistribution: "normal", delayCorrelationPercent: 25 },
      ...{ lossPercent: 0.1, lossCorrelationPercent: 50, duplicatePercent: 1, corruptPercent: 0.5, mtu: 900 },
      ...{ reorderPercent: 25, reorderCorrelationPercent: 50, reorderGap: 5, engine: "relay" },
      ...{ rateKbit: 10_000, burstBytes: 20_000, queueFrames: 500 },
    },
    {
      from: "b",
      lossBurst: { pPercent: 1, rPercent: 20, badLossPercent: 90, goodLossPercent: 0.5 },
      rateKbit: 64,
    },
  ];
  expect((await api.post(LINKS, body([end("a"), end("b")], impairments))).status).toBe(201);
  await api.until(`${LINKS}/l`, isPhase("Up"));
  const assigned = structuredClone(left.wireNamed("l")?.impair);
  const exported = JSON.stringify((await api.get(LINKS)).body.items);
  const apply = async () => {
    const { status, body } = await api.post("/api/v1/apply", JSON.parse(exported));
    return [status, body.plan.map(({ action, name }: Record<string, string>) => `${action} ${name}`)];
  };
  expect(await apply()).toEqual([200, ["unchanged l"]]);
  expect((await api.request("DELETE", `${LINKS}/l`)).status).toBe(200);
  await left.until(() => left.wireNamed("l") === undefined);
  expect(await apply()).toEqual([200, ["create l"]]);
  const again = await api.until(`${LINKS}/l`, isPhase("Up"));
  expect(again.spec.impairments).toEqual(impairments);
  expect(left.wireNamed("l")?.impair).toEqual(assigned);
  expect(JSON.parse(exported)[0].spec).toEqual(again.spec);
});
