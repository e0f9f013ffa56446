import { afterEach, beforeEach, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";

const LINKS = "/api/v1/namespaces/default/links";
const PODS = "/api/v1/namespaces/default/pods";
let api: TestApi;
let left: AgentStandIn;
let right: AgentStandIn;

beforeEach(async () => {
  api = await TestApi.start();
  left = await AgentStandIn.connect({ url: api.url, name: "left", labels: { side: "left" }, vtepAddress: "10.9.0.1" });
  right = await AgentStandIn.connect({
    url: api.url,
    name: "right",
    labels: { side: "right" },
    vtepAddress: "10.9.0.2",
  });
});
afterEach(async () => {
  await left.kill();
  await right.kill();
  await api.stop();
});

const on = (node: string) => ({ node, sandbox: { managed: true } });
const end = (pod: string, ifName = "eth1") => ({ pod, interface: ifName });
const isPhase = (phase: string) => (link: { status: { phase: string } }) => link.status.phase === phase;

test("a link between two pods of one node becomes a veth that is Up", async () => {
  await api.pod("a", on("left"));
  await api.pod("b", on("left"));
  const link = await api.link("ab", [end("a"), end("b")]);
  const up = await api.until(`${LINKS}/ab`, isPhase("Up"));
  expect(up.status).toMatchObject({ transport: "veth", vni: null, mtu: 1450 });
  expect(up.status.observedRevision).toBe(link.metadata.revision);
  expect(up.status.endpoints.map((item: { carrier: boolean }) => item.carrier)).toEqual([true, true]);
  expect(left.wireNamed("ab")?.peer.type).toBe("port");
  expect(right.wires.size).toBe(0);
});

test("a link across nodes gets a VNI of its own, the same at both ends", async () => {
  await api.pod("a", on("left"));
  await api.pod("b", on("right"));
  await api.link("ab", [end("a"), end("b")]);
  const up = await api.until(`${LINKS}/ab`, isPhase("Up"));
  expect(up.status.transport).toBe("vxlan");
  for (const [agent, local, remote] of [
    [left, "10.9.0.1", "10.9.0.2"],
    [right, "10.9.0.2", "10.9.0.1"],
  ] as const) {
    expect(agent.wireNamed("ab")?.peer).toMatchObject({
      tunnel: { vni: up.status.vni, localAddress: local, remoteAddress: remote, port: 4789, mtuBytes: 1450 },
    });
  }
});

test("a link waits for its pods and becomes Up when they come", async () => {
  const link = await api.link("ab", [end("a"), end("b")]);
  expect(link.status.phase).toBe("Pending");
  expect(link.status.conditions[0]?.reason).toBe("PodMissing");
  await api.pod("a", { nodeSelector: { side: "left" }, sandbox: { managed: true } });
  await api.pod("b", { nodeSelector: { side: "right" }, sandbox: { managed: true } });
  expect((await api.until(`${LINKS}/ab`, isPhase("Up"))).status.transport).toBe("vxlan");
});

test("a cut takes the carrier from both ends, and restoring gives it back", async () => {
  await api.pod("a", on("left"));
  await api.pod("b", on("right"));
  await api.link("ab", [end("a"), end("b")]);
  await api.until(`${LINKS}/ab`, isPhase("Up"));
  await api.request("PATCH", `${LINKS}/ab`, { spec: { state: "down" } });
  const down = await api.until(`${LINKS}/ab`, isPhase("Down"));
  expect(down.status.conditions[0].reason).toBe("Cut");
  await api.request("PATCH", `${LINKS}/ab`, { spec: { state: "up" } });
  await api.until(`${LINKS}/ab`, isPhase("Up"));
});

test("a moved end gets a fresh VNI, and the old one is free only when its nodes have confirmed it gone", async () => {
  for (const [name, node] of [
    ["a", "left"],
    ["b", "right"],
    ["c", "middle"],
  ] as const)
    await api.pod(name, on(node));
  const middle = await AgentStandIn.connect({ url: api.url, name: "middle", vtepAddress: "10.9.0.3" });
  await api.link("ab", [end("a"), end("b")]);
  const before = (await api.until(`${LINKS}/ab`, isPhase("Up"))).status.vni;
  right.isProgramming = false;
  const moved = await api.post(`${LINKS}/ab/reroute`, { endpoint: 1, to: { pod: "c" } });
  expect(moved.status).toBe(200);
  const after = (await api.until(`${LINKS}/ab`, isPhase("Up"))).status.vni;
  expect(after).not.toBe(before);
  expect(api.core.mirror.world.vni(before)).toMatchObject({ state: "draining", nodes: ["right"] });
  const refused = await api.post(LINKS, {
    metadata: { name: "other" },
    spec: { endpoints: [end("a", "x1"), end("b", "x1")], vni: before },
  });
  expect(refused.body).toMatchObject({ status: 409, code: "VniTaken" });
  right.reportAll();
  await expect.poll(() => api.core.mirror.world.vni(before)).toBeUndefined();
  await middle.kill();
});

test("a deleted link's VNI drains and nothing of it stays in the store", async () => {
  await api.pod("a", on("left"));
  await api.pod("b", on("right"));
  await api.link("ab", [end("a"), { ...end("b"), addresses: ["10.0.0.1/24"] }]);
  await api.until(`${LINKS}/ab`, isPhase("Up"));
  await api.request("DELETE", `${LINKS}/ab`);
  await api.request("DELETE", `${PODS}/a`);
  await api.request("DELETE", `${PODS}/b`);
  await expect
    .poll(async () => (await api.core.store.range("/ratchet/")).entries.map(({ key }) => key).sort())
    .toEqual(["/ratchet/nodes/left", "/ratchet/nodes/right"]);
  expect(left.wires.size + left.ports.size + left.pods.size).toBe(0);
});

test("an agent that dies makes its node, pods and links Unknown, and changes nothing for the others", async () => {
  await api.pod("a", on("left"));
  await api.pod("b", on("right"));
  await api.link("ab", [end("a"), end("b")]);
  await api.until(`${LINKS}/ab`, isPhase("Up"));
  const told = left.assignments.length;
  await right.kill();
  const link = await api.until(`${LINKS}/ab`, isPhase("Unknown"), 1000);
  expect(link.status.endpoints[1]).toMatchObject({ node: "right", carrier: null });
  expect(link.status.endpoints[0].carrier).toBe(true);
  expect((await api.get(`${PODS}/b`)).body.status.phase).toBe("Unknown");
  expect((await api.get("/api/v1/nodes/right")).body.status.phase).toBe("Unknown");
  expect(left.assignments.length).toBe(told);
  right = await AgentStandIn.connect({ url: api.url, name: "right", vtepAddress: "10.9.0.2" });
  await api.until(`${LINKS}/ab`, isPhase("Up"));
});

test("a killed pod is Gone and takes the carrier of its links; restarted, they come back", async () => {
  await api.pod("a", on("left"));
  await api.pod("b", on("right"));
  await api.link("ab", [end("a"), end("b")]);
  await api.until(`${LINKS}/ab`, isPhase("Up"));
  const before = (await api.get(`${PODS}/b`)).body.metadata.revision;
  expect((await api.post(`${PODS}/b/kill`)).status).toBe(200);
  expect((await api.until(`${LINKS}/ab`, isPhase("Down"))).status.conditions[0].reason).toBe("PodGone");
  await api.until(`${PODS}/b`, isPhase("Gone"));
  await left.until(() => left.wireNamed("ab")?.peer.type === "tunnel" && left.wireNamed("ab")?.far === "absent");
  await api.post(`${PODS}/b/restart`);
  await right.until(() => right.podNamed("b")?.isRunning === true && right.podNamed("b")?.incarnation === 1);
  await api.until(`${LINKS}/ab`, isPhase("Up"));
  expect((await api.get(`${PODS}/b`)).body.metadata.revision).toBe(before);
});

test("an interface set down inside its pod is shown, not fought", async () => {
  await api.pod("a", on("left"));
  await api.pod("b", on("left"));
  await api.link("ab", [end("a"), end("b")]);
  await api.until(`${LINKS}/ab`, isPhase("Up"));
  left.downPorts.add(`${left.podNamed("b")?.podUid} eth1`);
  left.reportAll();
  expect((await api.until(`${LINKS}/ab`, isPhase("Degraded"))).status.conditions[0].reason).toBe("InterfaceDownInPod");
});

test("a transport that cannot be is an Error that says why", async () => {
  for (const [name, node] of [
    ["a", "left"],
    ["b", "left"],
    ["c", "right"],
  ] as const)
    await api.pod(name, on(node));
  for (const [name, far, transport] of [
    ["ab", "b", "vxlan"],
    ["ac", "c", "veth"],
  ] as const) {
    await api.link(name, [end("a", name), end(far)], { transport });
    const link = await api.until(`${LINKS}/${name}`, isPhase("Error"));
    expect(link.status.conditions[0].reason).toBe("TransportImpossible");
  }
  expect(left.wires.size).toBe(0);
});

test("after a restart of the API the agents find everything again and no carrier moved", async () => {
  await api.pod("a", on("left"));
  await api.pod("b", on("right"));
  await api.link("ab", [end("a"), end("b")]);
  const before = await api.until(`${LINKS}/ab`, isPhase("Up"));
  await api.restart();
  expect((await api.get(`${LINKS}/ab`)).body.status.phase).toBe("Unknown");
  left = await AgentStandIn.connect({ url: api.url, name: "left", labels: { side: "left" }, isProgramming: false });
  expect(left.wireNamed("ab")?.far).toBe("unknown");
  left.isProgramming = true;
  left.reportAll();
  right = await AgentStandIn.connect({ url: api.url, name: "right", vtepAddress: "10.9.0.2" });
  const after = await api.until(`${LINKS}/ab`, isPhase("Up"));
  expect(after.metadata).toEqual(before.metadata);
  expect(after.status.vni).toBe(before.status.vni);
});

test("pods are spread over the nodes that match and stay where they are", async () => {
  for (const name of ["a", "b", "c", "d"]) await api.pod(name);
  const { body } = await api.get(PODS);
  const nodes = body.items.map((pod: { status: { node: string } }) => pod.status.node).sort();
  expect(nodes).toEqual(["left", "left", "right", "right"]);
  const { status } = (await api.get(`${PODS}/a`)).body;
  await api.request("PATCH", `${PODS}/a`, { metadata: { labels: { app: "x" } } });
  expect((await api.get(`${PODS}/a`)).body.status.node).toBe(status.node);
});

test("an agent of a node that is connected already replaces the older one", async () => {
  const again = await AgentStandIn.connect({ url: api.url, name: "left" });
  expect((await left.closed).code).toBe(4002);
  expect((await api.get("/api/v1/nodes/left")).body.status.phase).toBe("Ready");
  left = again;
});

test("a node is deleted only when its agent is away", async () => {
  expect((await api.request("DELETE", "/api/v1/nodes/right")).status).toBe(409);
  await right.kill();
  await api.until("/api/v1/nodes/right", isPhase("Unknown"));
  expect((await api.request("DELETE", "/api/v1/nodes/right")).status).toBe(200);
  expect((await api.get("/api/v1/nodes/right")).status).toBe(404);
});
