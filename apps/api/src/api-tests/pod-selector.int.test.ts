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
  await connect();
});
afterEach(async () => {
  await left.kill();
  await right.kill();
  await api.stop();
});

async function connect(): Promise<void> {
  left = await AgentStandIn.connect({ url: api.url, name: "left", vtepAddress: "10.9.0.1" });
  right = await AgentStandIn.connect({ url: api.url, name: "right", vtepAddress: "10.9.0.2" });
}

const web = (interfaceName = "in1", more: object = {}) => ({
  ...{ podSelector: { app: "web" }, interface: interfaceName, addresses: ["10.0.0.2/24"] },
  ...more,
});
const client = { pod: "client", interface: "eth1", addresses: ["10.0.0.1/24"] };
// biome-ignore lint/suspicious/noExplicitAny: bodies are looked into freely
type Body = any;
const isPhase = (phase: string) => (body: Body) => body.status?.phase === phase;
const isIn = (pod: string | null) => (body: Body) =>
  body.status?.endpoints[1].pod === pod && body.status.phase === "Up";

async function pod(name: string, node: string, labels: Record<string, string> = { app: "web" }): Promise<string> {
  const answer = await api.post(PODS, { metadata: { name, labels }, spec: { node, sandbox: { managed: true } } });
  expect(answer.status).toBe(201);
  await api.until(`${PODS}/${name}`, isPhase("Ready"));
  return answer.body.metadata.uid;
}

const storeKeys = () => [...api.core.mirror.world.keys()];

test("the newest ready pod that matches has the wire, and its replacement takes it over", async () => {
  await pod("client", "left", {});
  const made = await api.link("web", [client, web()]);
  const pending = await api.until(`${LINKS}/web`, isPhase("Pending"));
  expect(pending.status.conditions[0]).toMatchObject({
    reason: "PodNotChosen",
    message: "there is no ready pod with app=web yet",
  });
  expect(pending.status.endpoints[1]).toMatchObject({ pod: null, node: null });

  await pod("other", "left", { app: "db" });
  const first = await pod("web-1", "left");
  const up = await api.until(`${LINKS}/web`, isIn("web-1"));
  expect(up.status).toMatchObject({
    transport: "veth",
    endpoints: [{ pod: "client" }, { pod: "web-1", node: "left" }],
  });
  expect(up.spec.endpoints[1]).toMatchObject({ podSelector: { app: "web" } });
  expect(up.metadata.revision).toBe(made.metadata.revision);
  expect((await api.get(`${PODS}/web-1`)).body.status.interfaces).toMatchObject([{ name: "in1", link: "web" }]);

  const second = await pod("web-2", "right");
  await api.until(`${LINKS}/web`, isIn("web-2"));
  expect(left.ports.has(`${first} in1`)).toBe(false);
  expect(right.ports.get(`${second} in1`)).toMatchObject({ addresses: ["10.0.0.2/24"] });
  expect(storeKeys().filter((key) => key.includes("/web-1/"))).toEqual([]);

  await api.request("DELETE", `${PODS}/web-2`);
  const back = await api.until(`${LINKS}/web`, isIn("web-1"));
  expect(back.status).toMatchObject({ transport: "veth", vni: null });
  await api.request("DELETE", `${PODS}/web-1`);
  await api.until(`${LINKS}/web`, isPhase("Pending"));
  await api.request("DELETE", `${LINKS}/web`);
  await api.until(`${LINKS}/web`, (body) => body.code === "NotFound");
  await expect.poll(() => storeKeys().filter((key) => /choices|ports|addresses|vnis/.test(key))).toEqual([]);
});

test("a choice outlives the API, and nothing moves before the agents are back", async () => {
  await pod("client", "left", {});
  await pod("web-1", "left");
  await api.link("web", [client, web()]);
  await api.until(`${LINKS}/web`, isIn("web-1"));
  await left.kill();
  await right.kill();
  await api.restart();
  expect((await api.get(`${LINKS}/web`)).body.status.endpoints[1]).toMatchObject({ pod: "web-1" });
  await connect();
  await api.until(`${LINKS}/web`, isIn("web-1"));
  // A silent node takes nothing away.
  await left.kill();
  await api.until(`${LINKS}/web`, isPhase("Unknown"));
  expect((await api.get(`${LINKS}/web`)).body.status.endpoints[1].pod).toBe("web-1");
});

test("a pod whose labels change is taken and left accordingly", async () => {
  await pod("client", "left", {});
  await pod("a", "left", { app: "db" });
  await api.link("web", [client, web()]);
  await api.request("PATCH", `${PODS}/a`, { metadata: { labels: { app: "web" } } });
  await api.until(`${LINKS}/web`, isIn("a"));
  await api.request("PATCH", `${PODS}/a`, { metadata: { labels: { app: "db" } } });
  await api.until(`${LINKS}/web`, isPhase("Pending"));
  expect((await api.get(`${PODS}/a`)).body.status.interfaces).toEqual([]);
});

test("two links that choose one interface are a conflict that says so, and mends itself", async () => {
  await pod("client", "left", {});
  await pod("web-1", "left");
  await api.link("first", [client, web()]);
  await api.until(`${LINKS}/first`, isIn("web-1"));
  await api.link("second", [{ ...client, interface: "eth2", addresses: [] }, web("in1", { addresses: [] })]);
  const taken = await api.until(`${LINKS}/second`, isPhase("Error"));
  expect(taken.status.conditions[0]).toMatchObject({
    reason: "SelectorConflict",
    message: expect.stringContaining("in1 of pod web-1 is already used by link first"),
  });
  expect((await api.get(`${LINKS}/first`)).body.status.phase).toBe("Up");
  // The newest is what was asked for: an older one is no way out.
  await pod("web-2", "left");
  await api.until(`${LINKS}/first`, isIn("web-2"));
  await api.until(`${LINKS}/second`, (body) => body.status.conditions[0].message.includes("pod web-2"));
  await api.request("DELETE", `${LINKS}/first`);
  await api.until(`${LINKS}/second`, isIn("web-2"));
});

test("an interface that a pod has been given by name is a conflict too, and an edit onto it is refused", async () => {
  await pod("client", "left", {});
  await pod("web-1", "left");
  await api.link("named", [client, { pod: "web-1", interface: "in1" }]);
  await api.link("web", [{ ...client, interface: "eth2", addresses: [] }, web("in2")]);
  await api.until(`${LINKS}/web`, isIn("web-1"));
  const endpoints = [{ ...client, interface: "eth2", addresses: [] }, web("in1")];
  const refused = await api.request("PATCH", `${LINKS}/web`, { spec: { endpoints } });
  expect([refused.status, refused.body.code]).toEqual([409, "InterfaceTaken"]);
  await api.until(`${LINKS}/web`, isIn("web-1"));
});

test("a pod is not wired to itself because its own selector matches it", async () => {
  await pod("web-1", "left");
  await api.link("mesh", [{ pod: "web-1", interface: "eth1" }, web()]);
  await api.until(`${LINKS}/mesh`, isPhase("Pending"));
  await pod("web-0", "left");
  await api.until(`${LINKS}/mesh`, isIn("web-0"));
});

test("an end is re-routed from a name to a selector and back", async () => {
  await pod("client", "left", {});
  await pod("named", "left", {});
  await pod("web-1", "left");
  await api.link("l", [client, { pod: "named", interface: "in1", addresses: ["10.0.0.2/24"] }]);
  await api.until(`${LINKS}/l`, isIn("named"));
  const moved = await api.post(`${LINKS}/l/reroute`, { endpoint: 1, to: { podSelector: { app: "web" } } });
  expect(moved.body.spec.endpoints[1]).toEqual({
    ...{ podSelector: { app: "web" }, interface: "in1", addresses: ["10.0.0.2/24"] },
  });
  await api.until(`${LINKS}/l`, isIn("web-1"));
  const back = await api.post(`${LINKS}/l/reroute`, { endpoint: 1, to: { pod: "named" } });
  expect(back.body.spec.endpoints[1]).toEqual({ pod: "named", interface: "in1", addresses: ["10.0.0.2/24"] });
  await api.until(`${LINKS}/l`, isIn("named"));
  const both = await api.post(`${LINKS}/l/reroute`, { endpoint: 1, to: { pod: "named", podSelector: {} } });
  expect(both.status).toBe(422);
});

test("a managed pod that is killed leaves the wire to another, and keeps it when there is none", async () => {
  await pod("client", "left", {});
  await pod("web-1", "left");
  await pod("web-2", "left");
  await api.link("web", [client, web()]);
  await api.until(`${LINKS}/web`, isIn("web-2"));
  await api.post(`${PODS}/web-2/kill`);
  await api.until(`${LINKS}/web`, isIn("web-1"));
  await api.post(`${PODS}/web-1/kill`);
  const down = await api.until(`${LINKS}/web`, isPhase("Down"));
  expect(down.status.conditions[0]).toMatchObject({ reason: "PodGone", message: "pod web-1 is gone" });
});

test("an apply takes a selector, says what it would do, and does it once", async () => {
  await pod("client", "left", {});
  await pod("web-1", "left");
  const yaml = `
apiVersion: ratchet.network/v1alpha1
kind: Link
metadata: { name: web }
spec:
  endpoints:
    - { pod: client, interface: eth1 }
    - { podSelector: { app: web }, interface: in1 }
`;
  const headers = { "content-type": "application/yaml" };
  expect((await api.post("/api/v1/apply?dryRun=true", yaml, headers)).body.plan).toMatchObject([{ action: "create" }]);
  expect((await api.post("/api/v1/apply", yaml, headers)).status).toBe(200);
  await api.until(`${LINKS}/web`, isIn("web-1"));
  expect((await api.post("/api/v1/apply", yaml, headers)).body.plan).toMatchObject([{ action: "unchanged" }]);
});

test("a Kubernetes manifest whose annotation names its peer by labels is wired in the lab as well", async () => {
  const links = [
    { interface: "eth1", addresses: ["10.0.0.1/24"], peer: { podSelector: { app: "web" }, interface: "in1" } },
  ];
  const manifest = (name: string, node: string, more: object) => ({
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name, ...more } },
    spec: { nodeName: node, containers: [{ name: "main", image: "busybox" }] },
  });
  const pods = [
    manifest("a", "left", { annotations: { "ratchet.network/links": JSON.stringify(links) } }),
    manifest("web-1", "right", { labels: { ratchet: "true", app: "web" } }),
  ];
  const text = pods.map((item) => JSON.stringify(item)).join("\n---\n");
  expect((await api.post("/api/v1/apply", text, { "content-type": "application/yaml" })).status).toBe(200);
  const up = await api.until(`${LINKS}/a-eth1`, isIn("web-1"));
  expect(up.status.transport).toBe("vxlan");
});
