import { afterEach, beforeEach, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";

// What a pod that labels have chosen sends is impaired, and stays so when another one is chosen.

const LINKS = "/api/v1/namespaces/default/links";
let api: TestApi;
let left: AgentStandIn;

beforeEach(async () => {
  api = await TestApi.start();
  left = await AgentStandIn.connect({ url: api.url, name: "left", vtepAddress: "10.9.0.1" });
  await pod("client", {});
});
afterEach(async () => {
  await left.kill();
  await api.stop();
});

const ENDS = [
  { pod: "client", interface: "eth1" },
  { podSelector: { app: "web" }, interface: "in1" },
];
// biome-ignore lint/suspicious/noExplicitAny: bodies are looked into freely
type Body = any;
const isIn = (name: string) => (body: Body) => body.status?.endpoints[1].pod === name && body.status.phase === "Up";

async function pod(name: string, labels: Record<string, string> = { app: "web" }): Promise<void> {
  const spec = { node: "left", sandbox: { managed: true } };
  expect((await api.post("/api/v1/namespaces/default/pods", { metadata: { name, labels }, spec })).status).toBe(201);
  await api.until(`/api/v1/namespaces/default/pods/${name}`, (body: Body) => body.status?.phase === "Ready");
}

const post = (impairments: object[], endpoints: object[] = ENDS) =>
  api.post(LINKS, { metadata: { name: "l" }, spec: { endpoints, impairments } });
const patch = (impairments: object[]) => api.request("PATCH", `${LINKS}/l`, { spec: { impairments } });

test("by its place it is impaired before a pod is chosen, and whichever is chosen", async () => {
  expect((await post([{ from: "*:in1", delayMs: 80 }])).status).toBe(201);
  await pod("web-1");
  const first = await api.until(`${LINKS}/l`, isIn("web-1"));
  expect(left.wireNamed("l")?.impair).toEqual({ toPort: { delayMs: 80 }, toPeer: null });
  expect(first.status.impairments).toMatchObject([{ from: "*:in1", asked: { delayMs: 80 }, state: "active" }]);
  await pod("web-2");
  await api.until(`${LINKS}/l`, isIn("web-2"));
  expect(left.wireNamed("l")?.impair).toEqual({ toPort: { delayMs: 80 }, toPeer: null });
});

test.each(["web-1", "web-1:in1"])(
  "by the name %s of the pod that is chosen now it is put by its place",
  async (from) => {
    await pod("web-1");
    await post([]);
    await api.until(`${LINKS}/l`, isIn("web-1"));
    const both = [
      { from: "client", delayMs: 20 },
      { from, delayMs: 80 },
    ];
    const patched = await patch(both);
    expect(patched.body.spec.impairments).toEqual([
      { from: "client", delayMs: 20 },
      { from: "*:in1", delayMs: 80 },
    ]);
    // A file that names the pod says the same, as long as that pod is the one.
    const text = JSON.stringify({
      ...{ apiVersion: "ratchet.network/v1alpha1", kind: "Link", metadata: { name: "l" } },
      spec: { endpoints: ENDS, impairments: both },
    });
    const headers = { "content-type": "application/yaml" };
    expect((await api.post("/api/v1/apply", text, headers)).body.plan).toMatchObject([{ action: "unchanged" }]);
    await pod("web-2");
    await api.until(`${LINKS}/l`, isIn("web-2"));
    expect(left.wireNamed("l")?.impair).toEqual({ toPort: { delayMs: 80 }, toPeer: { delayMs: 20 } });
  },
);

test("the name of a pod that is not the chosen one is refused with the names there are", async () => {
  const early = await post([{ from: "web-1", delayMs: 1 }]);
  expect([early.status, early.body.errors]).toMatchObject([
    422,
    [{ field: "spec.impairments[0].from", message: "web-1 is no end of this link: name client or *:in1" }],
  ]);
  await pod("web-1");
  await post([]);
  await api.until(`${LINKS}/l`, isIn("web-1"));
  expect((await patch([{ from: "web-2", delayMs: 1 }])).status).toBe(422);
  const twice = await patch([
    { from: "*:in1", delayMs: 1 },
    { from: "web-1", delayMs: 2 },
  ]);
  expect([twice.status, twice.body.errors]).toMatchObject([
    422,
    [{ field: "spec.impairments[1].from", message: expect.stringContaining("impaired twice") }],
  ]);
  expect((await api.get(`${LINKS}/l`)).body.spec.impairments).toEqual([]);
});

test("a re-route to a pod by name takes the impairment along, and back to labels as well", async () => {
  await pod("named", {});
  await pod("web-1");
  await post([{ from: "*:in1", delayMs: 80 }]);
  await api.until(`${LINKS}/l`, isIn("web-1"));
  const to = async (place: object) => (await api.post(`${LINKS}/l/reroute`, { endpoint: 1, to: place })).body;
  expect((await to({ pod: "named" })).spec.impairments).toEqual([{ from: "named", delayMs: 80 }]);
  await api.until(`${LINKS}/l`, isIn("named"));
  expect((await to({ podSelector: { app: "web" } })).spec.impairments).toEqual([{ from: "*:in1", delayMs: 80 }]);
  await api.until(`${LINKS}/l`, isIn("web-1"));
});

test("a re-route from labels to a pod that has the interface already is refused, and nothing moves", async () => {
  await pod("web-1");
  await pod("busy", {});
  await api.link("other", [
    { pod: "client", interface: "eth9" },
    { pod: "busy", interface: "in1" },
  ]);
  await post([]);
  await api.until(`${LINKS}/l`, isIn("web-1"));
  const refused = await api.post(`${LINKS}/l/reroute`, { endpoint: 1, to: { pod: "busy" } });
  expect([refused.status, refused.body.code]).toEqual([409, "InterfaceTaken"]);
  const same = await api.post(`${LINKS}/l/reroute`, { endpoint: 1, to: { pod: "client", interface: "eth1" } });
  expect([same.status, same.body.errors[0].field]).toEqual([422, "to.interface"]);
  expect((await api.get(`${LINKS}/l`)).body.spec.endpoints[1]).toMatchObject({ podSelector: { app: "web" } });
  await api.until(`${LINKS}/l`, isIn("web-1"));
});

test("a fault on what a chosen pod sends is named by the pod or by its place", async () => {
  await pod("web-1");
  await post([]);
  await api.until(`${LINKS}/l`, isIn("web-1"));
  for (const from of ["web-1", "*:in1"]) {
    const fault = {
      metadata: { name: `f-${from === "web-1" ? "name" : "place"}` },
      spec: { target: { link: "l" }, action: { type: "blackhole", from }, durationSeconds: 60 },
    };
    const made = await api.post("/api/v1/namespaces/default/faults", fault);
    expect(made.status, from).toBe(201);
    await api.until(`/api/v1/namespaces/default/faults/${fault.metadata.name}`, (body: Body) =>
      body.status.links.includes("l"),
    );
  }
  const none = {
    metadata: { name: "f" },
    spec: { target: { link: "l" }, action: { type: "blackhole", from: "web-9" } },
  };
  const refused = await api.post("/api/v1/namespaces/default/faults", {
    ...none,
    spec: { ...none.spec, durationSeconds: 60 },
  });
  expect([refused.status, refused.body.errors[0].field]).toEqual([422, "spec.action.from"]);
});
