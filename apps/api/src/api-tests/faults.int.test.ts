import { afterEach, beforeEach, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";

const NS = "/api/v1/namespaces/default";
const FAULTS = `${NS}/faults`;
let api: TestApi;
let left: AgentStandIn;
let right: AgentStandIn;

beforeEach(async () => {
  api = await TestApi.start();
  left = await AgentStandIn.connect({ url: api.url, name: "left", vtepAddress: "10.9.0.1" });
  right = await AgentStandIn.connect({ url: api.url, name: "right", vtepAddress: "10.9.0.2" });
  for (const [name, node] of [
    ["a", "left"],
    ["b", "left"],
    ["c", "right"],
  ] as const) {
    await api.pod(name, { node, sandbox: { managed: true } });
  }
  await api.link("ab", [end("a", "eth1"), end("b", "eth1")]);
  await api.link("bc", [end("b", "eth2"), end("c", "eth1")]);
  for (const name of ["ab", "bc"]) await api.until(`${NS}/links/${name}`, isPhase("Up"));
});
afterEach(async () => {
  await left.kill();
  await right.kill();
  await api.stop();
});

const end = (pod: string, ifName: string) => ({ pod, interface: ifName });
const isPhase = (phase: string) => (body: { status: { phase: string } }) => body.status.phase === phase;
const down = (name: string, target: object, durationSeconds = 600) => ({
  metadata: { name },
  spec: { target, action: { type: "down" }, durationSeconds },
});
const create = (body: object) => api.post(FAULTS, body, { "x-ratchet-actor": "mona" });

test("a fault on a tunnel goes to both nodes, shows on its link, and leaves the link as it was asked", async () => {
  const { body: before } = await api.get(`${NS}/links/bc`);
  const made = await create(down("x", { link: "bc" }));
  expect(made.status).toBe(201);
  expect(made.headers.get("location")).toBe(`${FAULTS}/x`);
  expect(made.body.status).toMatchObject({ by: "mona", links: ["bc"], ended: null });
  const link = await api.until(`${NS}/links/bc`, isPhase("Down"));
  expect(link.spec).toEqual(before.spec);
  expect(link.metadata.revision).toBe(before.metadata.revision);
  expect(link.status.conditions).toContainEqual(
    expect.objectContaining({ type: "Faulted", status: "True", message: expect.stringMatching(/fault x .* by mona/) }),
  );
  for (const agent of [left, right]) {
    await agent.until(() => agent.faults.size === 1);
    const [fault] = [...agent.faults.values()];
    expect(fault).toMatchObject({ name: "x", action: { type: "down" }, wires: [{ toPort: true, toPeer: false }] });
    expect(fault?.remainingMs).toBeGreaterThan(590_000);
    expect(fault?.remainingMs).toBeLessThanOrEqual(600_000);
  }
  await api.until(`${FAULTS}/x`, isPhase("Active"));
  expect((await api.get(`${NS}/links/ab`)).body.status.phase).toBe("Up");
});

test("it ends by itself, which the history says, and the agents forget it", async () => {
  await create(down("x", { link: "ab" }, 0.3));
  const ended = await api.until(`${FAULTS}/x`, isPhase("Ended"));
  expect(ended.status).toMatchObject({ ended: "deadline", endedAt: ended.status.endsAt });
  await left.until(() => left.faults.size === 0);
  const link = await api.until(`${NS}/links/ab`, isPhase("Up"));
  expect(link.status.conditions.map(({ type }: { type: string }) => type)).not.toContain("Faulted");
  const { body } = await api.get("/api/v1/changes?kind=Fault&name=x");
  expect(body.items.map(({ verb, actor }: { verb: string; actor: string }) => [verb, actor])).toEqual([
    ["end", "system"],
    ["create", "mona"],
  ]);
  expect(body.items[0].after.end.how).toBe("deadline");
});

test("a deadline that passed while the API was away is written down at its start", async () => {
  await create(down("x", { link: "ab" }, 0.2));
  await Promise.all([left.kill(), right.kill()]);
  await api.restart();
  expect((await api.until(`${FAULTS}/x`, isPhase("Ended"))).status.ended).toBe("deadline");
});

test("heal ends everything at once, and only what runs", async () => {
  await create(down("x", { link: "ab" }));
  await create(down("y", { pod: "b" }));
  await left.until(() => left.faults.size === 2);
  const { status, body } = await api.post("/api/v1/heal");
  expect(status).toBe(200);
  expect(body.healed).toEqual([
    { namespace: "default", name: "x" },
    { namespace: "default", name: "y" },
  ]);
  await left.until(() => left.faults.size === 0);
  for (const name of ["ab", "bc"]) await api.until(`${NS}/links/${name}`, isPhase("Up"));
  expect((await api.post(`${NS}/heal`)).body.healed).toEqual([]);
  expect((await api.get(`${FAULTS}/y`)).body.status).toMatchObject({ phase: "Ended", ended: "healed" });
});

test("one of two stacked faults is ended and the other goes on; what has ended is not begun again", async () => {
  await create(down("x", { link: "ab" }));
  await create(down("y", { link: "ab" }));
  expect((await api.post(`${FAULTS}/x/heal`)).status).toBe(200);
  await left.until(() => left.faults.size === 1);
  expect((await api.until(`${NS}/links/ab`, isPhase("Down"))).status.conditions.at(-1).message).toMatch(/^fault y /);
  const again = await api.request("PUT", `${FAULTS}/x`, down("x", { link: "bc" }));
  expect([again.status, again.body.code]).toEqual([409, "Conflict"]);
  expect((await api.request("DELETE", `${FAULTS}/y`)).status).toBe(200);
  await api.until(`${NS}/links/ab`, isPhase("Up"));
});

test("targets by label, node, pair and groups find their links", async () => {
  await api.request("PATCH", `${NS}/links/ab`, { metadata: { labels: { tier: "core" } } });
  const linksOf = async (name: string, target: object, action: object = { type: "down" }) => {
    const body = { metadata: { name }, spec: { target, action, durationSeconds: 60 } };
    return (await create(body)).body.status?.links;
  };
  expect(await linksOf("l", { linkLabels: { tier: "core" } })).toEqual(["ab"]);
  expect(await linksOf("p", { pod: "b" })).toEqual(["ab", "bc"]);
  expect(await linksOf("n", { node: "left" })).toEqual(["bc"]);
  expect(await linksOf("nl", { node: "left", local: true })).toEqual(["ab", "bc"]);
  expect(await linksOf("nn", { nodes: ["left", "right"] })).toEqual(["bc"]);
  expect(await linksOf("g", { groups: [{ pods: ["a"] }, { pods: ["b", "c"] }] }, { type: "partition" })).toEqual([
    "ab",
  ]);
  expect(await linksOf("ng", { nodeGroups: [["left"], ["right"]] }, { type: "partition" })).toEqual(["bc"]);
});

test("a control plane cut goes to the agents of its nodes and acts on no link", async () => {
  const body = { target: { node: "left" }, action: { type: "control-plane-cut" }, durationSeconds: 60 };
  const made = await create({ metadata: { name: "x" }, spec: body });
  expect(made.body.status).toMatchObject({ links: [], conditions: [{ type: "Resolved", status: "True" }] });
  await left.until(() => left.faults.size === 1);
  expect(right.faults.size).toBe(0);
  const wrong = await create({ metadata: { name: "y" }, spec: { ...body, target: { link: "ab" } } });
  expect([wrong.status, wrong.body.errors[0].field]).toEqual([422, "spec.target"]);
});

test("a pod is frozen by the agent of its node", async () => {
  const spec = { target: { pod: "c" }, action: { type: "pod-freeze" }, durationSeconds: 60 };
  const { body } = await create({ metadata: { name: "x" }, spec });
  await right.until(() => right.faults.size === 1);
  const { body: pod } = await api.get(`${NS}/pods/c`);
  expect([...right.faults.values()][0]).toMatchObject({ wires: [], podUids: [pod.metadata.uid] });
  expect([body.status.links, left.faults.size]).toEqual([[], 0]);
});

test("what could not act is refused, naming the field, and changes nothing", async () => {
  const refused = async (target: object, action: object) => {
    const { status, body } = await create({ metadata: { name: "x" }, spec: { target, action, durationSeconds: 60 } });
    return [status, body.errors[0].field];
  };
  expect(await refused({ link: "nope" }, { type: "down" })).toEqual([422, "spec.target.link"]);
  expect(await refused({ link: "ab" }, { type: "partition" })).toEqual([422, "spec.target"]);
  expect(await refused({ link: "ab" }, { type: "pod-freeze" })).toEqual([422, "spec.target"]);
  expect(await refused({ link: "ab" }, { type: "blackhole", from: "c" })).toEqual([422, "spec.action.from"]);
  const ramp = { type: "ramp", start: { delayMs: 1 }, end: { rateKbit: 10 }, overSeconds: 5 };
  expect(await refused({ link: "ab" }, ramp)).toEqual([422, "spec.action.start.rateKbit"]);
  const shapeless = { type: "impair", impairment: { delayMs: 1, jitterDistribution: "normal" } };
  expect((await refused({ link: "ab" }, shapeless))[0]).toBe(422);
  expect((await api.get(FAULTS)).body.items).toEqual([]);
});

test("one direction of a fault goes to the agent that receives it, and to no link that has no such end", async () => {
  const action = { type: "blackhole", from: "b" };
  await create({ metadata: { name: "x" }, spec: { target: { pod: "b" }, action, durationSeconds: 60 } });
  await right.until(() => right.faults.size === 1);
  await left.until(() => left.faults.size === 1);
  const uid = async (name: string) => (await api.get(`${NS}/links/${name}`)).body.metadata.uid;
  expect([...right.faults.values()][0]?.wires).toEqual([{ linkUid: await uid("bc"), toPort: true, toPeer: false }]);
  expect([...left.faults.values()][0]?.wires).toEqual([{ linkUid: await uid("ab"), toPort: true, toPeer: false }]);
  const fromA = {
    metadata: { name: "y" },
    spec: { target: { pod: "b" }, action: { ...action, from: "a" }, durationSeconds: 60 },
  };
  expect((await create(fromA)).body.status.links).toEqual(["ab"]);
});

test("an apply may bring a link and a fault on it, and its creation can be taken back", async () => {
  const kind = { apiVersion: "ratchet.network/v1alpha1" };
  const endpoints = [end("a", "eth9"), end("b", "eth9")];
  const answer = await api.post("/api/v1/apply", [
    { ...kind, kind: "Fault", ...down("x", { link: "new" }) },
    { ...kind, kind: "Link", metadata: { name: "new" }, spec: { endpoints } },
  ]);
  expect(answer.status).toBe(200);
  await api.until(`${NS}/links/new`, isPhase("Down"));
  const { body } = await api.get("/api/v1/changes?kind=Fault");
  expect((await api.post(`/api/v1/changes/${body.items[0].id}/revert`)).status).toBe(200);
  await api.until(`${NS}/links/new`, isPhase("Up"));
  expect((await api.get(FAULTS)).body.items).toEqual([]);
});
