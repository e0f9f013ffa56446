import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { type Answer, TestApi } from "../test-support/running-api.js";

const LINKS = "/api/v1/namespaces/default/links";
const PODS = "/api/v1/namespaces/default/pods";
const MANAGED = { sandbox: { managed: true } };
let api: TestApi;
let agent: AgentStandIn;

beforeAll(async () => {
  api = await TestApi.start();
  agent = await AgentStandIn.connect({ url: api.url, name: "only" });
});
afterAll(async () => {
  await agent.kill();
  await api.stop();
});
beforeEach(async () => {
  for (const plural of [LINKS, PODS]) {
    for (const { metadata } of (await api.get(plural)).body.items)
      await api.request("DELETE", `${plural}/${metadata.name}`);
  }
});

const end = (pod: string, ifName = "eth1", more: object = {}) => ({ pod, interface: ifName, ...more });
const linkBody = (name: string, spec: object) => ({ metadata: { name }, spec });
const ends = (a: object, b: object) => ({ endpoints: [a, b] });

function expectProblem(answer: Answer, status: number, code: string, field?: string): void {
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(answer.body).toMatchObject({ status, code });
  expect(answer.status).toBe(status);
  for (const key of ["type", "title", "detail"]) expect(answer.body[key]).toEqual(expect.stringMatching(/./));
  if (field !== undefined) expect(answer.body.errors.map((item: { field: string }) => item.field)).toContain(field);
}

test("POST answers 201 with Location and ETag, and the object can be read there", async () => {
  const created = await api.post(PODS, { metadata: { name: "a" }, spec: MANAGED });
  expect(created.status).toBe(201);
  expect(created.headers.get("location")).toBe(`${PODS}/a`);
  expect(created.headers.get("etag")).toBe(`"${created.body.metadata.revision}"`);
  expect(created.headers.get("x-ratchet-change")).toMatch(/^[0-9a-f-]{36}$/);
  const read = await api.get(`${PODS}/a`);
  expect(read.headers.get("etag")).toBe(created.headers.get("etag"));
  expect(read.body.metadata).toEqual(created.body.metadata);
});

test("a taken name is 409 and changes nothing", async () => {
  const pod = await api.pod("a");
  const again = await api.post(PODS, { metadata: { name: "a", labels: { x: "y" } }, spec: {} });
  expectProblem(again, 409, "AlreadyExists", "metadata.name");
  expect((await api.get(`${PODS}/a`)).body.metadata).toEqual(pod.metadata);
});

test("a list is sorted by name, pages with limit and continue, and filters by label", async () => {
  for (const name of ["c", "a", "b"]) {
    await api.post(PODS, { metadata: { name, labels: { app: name === "b" ? "x" : "y" } }, spec: {} });
  }
  const names = ({ body }: Answer) => body.items.map((pod: { metadata: { name: string } }) => pod.metadata.name);
  const first = await api.get(`${PODS}?limit=2`);
  expect(first.body).toMatchObject({ apiVersion: "ratchet.network/v1alpha1", kind: "PodList" });
  expect(first.body.metadata.revision).toBeGreaterThan(0);
  expect(names(first)).toEqual(["a", "b"]);
  const second = await api.get(`${PODS}?limit=2&continue=${first.body.metadata.continue}`);
  expect(names(second)).toEqual(["c"]);
  expect(second.body.metadata.continue).toBeUndefined();
  expect(names(await api.get(`${PODS}?labelSelector=app%3Dy`))).toEqual(["a", "c"]);
  expect(names(await api.get(`${PODS}?labelSelector=${encodeURIComponent("app in (x,z)")}`))).toEqual(["b"]);
  for (const query of ["limit=0", "limit=x", "labelSelector=%3D", "continue=zzz", "nonsense=1"]) {
    expectProblem(await api.get(`${PODS}?${query}`), 422, "Invalid", query.split("=")[0]);
  }
});

test("what is not there is 404 for every method", async () => {
  for (const method of ["GET", "DELETE"]) expectProblem(await api.request(method, `${LINKS}/no`), 404, "NotFound");
  expectProblem(await api.request("PUT", `${PODS}/no`, { metadata: { name: "no" }, spec: {} }), 404, "NotFound");
  expectProblem(await api.request("PATCH", `${PODS}/no`, {}), 404, "NotFound");
  expectProblem(await api.post(`${PODS}/no/kill`), 404, "NotFound");
  expectProblem(await api.get("/api/v1/nowhere"), 404, "NotFound");
});

test("If-Match makes a write conditional", async () => {
  const { metadata } = await api.pod("a");
  const patch = { metadata: { labels: { x: "y" } } };
  const stale = await api.request("PATCH", `${PODS}/a`, patch, { "if-match": `"${metadata.revision - 1}"` });
  expectProblem(stale, 412, "Stale");
  expect(stale.headers.get("etag")).toBe(`"${metadata.revision}"`);
  expectProblem(await api.request("DELETE", `${PODS}/a`, undefined, { "if-match": '"1"' }), 412, "Stale");
  expectProblem(await api.request("PATCH", `${PODS}/a`, patch, { "if-match": "42" }), 400, "Malformed", "If-Match");
  const weak = await api.request("PATCH", `${PODS}/a`, patch, { "if-match": `W/"${metadata.revision}"` });
  expectProblem(weak, 412, "Stale");
  const fresh = await api.request("PATCH", `${PODS}/a`, patch, { "if-match": `"0", "${metadata.revision}"` });
  expect(fresh.status).toBe(200);
  expect((await api.request("PATCH", `${PODS}/a`, {}, { "if-match": "*" })).status).toBe(200);
});

test("PATCH is a JSON merge patch, validated as a whole, and takes two media types", async () => {
  await api.link("l", [end("a", "eth1", { addresses: ["10.0.0.1/24"] }), end("b")], { mtu: 1400 });
  const merge = { "content-type": "application/merge-patch+json" };
  const patched = await api.request("PATCH", `${LINKS}/l`, { spec: { mtu: null, state: "down" } }, merge);
  expect(patched.body.spec).toMatchObject({ state: "down", transport: "auto" });
  expect(patched.body.spec.mtu).toBeUndefined();
  expect(patched.body.spec.endpoints[0].addresses).toEqual(["10.0.0.1/24"]);
  for (const type of ["application/json-patch+json", "text/plain", "application/yaml"]) {
    expectProblem(
      await api.request("PATCH", `${LINKS}/l`, "{}", { "content-type": type }),
      415,
      "UnsupportedMediaType",
    );
  }
  expectProblem(
    await api.request("PATCH", `${LINKS}/l`, { spec: { endpoints: [] } }),
    422,
    "Invalid",
    "spec.endpoints",
  );
  expectProblem(await api.request("PATCH", `${LINKS}/l`, { spec: { colour: "red" } }), 422, "Invalid", "spec.colour");
  expectProblem(await api.request("PATCH", `${LINKS}/l`, { metadata: { name: "m" } }), 422, "Invalid", "metadata.name");
});

test("PUT replaces everything that is the client's, and takes back what was read", async () => {
  await api.post(PODS, { metadata: { name: "a", labels: { x: "y" } }, spec: { ...MANAGED, loopback: ["1.1.1.1/32"] } });
  const { body: before } = await api.get(`${PODS}/a`);
  const same = await api.request("PUT", `${PODS}/a`, {
    ...before,
    metadata: { ...before.metadata, revision: 1, uid: "?" },
  });
  expect(same.body.metadata).toEqual(before.metadata);
  const replaced = await api.request("PUT", `${PODS}/a`, { metadata: { name: "a" }, spec: MANAGED });
  expect(replaced.body).toMatchObject({ metadata: { uid: before.metadata.uid, labels: {} }, spec: MANAGED });
  expect(replaced.body.spec.loopback).toBeUndefined();
  expect(replaced.body.metadata.revision).toBeGreaterThan(before.metadata.revision);
});

test("DELETE answers the object", async () => {
  const pod = await api.pod("a");
  const gone = await api.request("DELETE", `${PODS}/a`);
  expect(gone.status).toBe(200);
  expect(gone.body.metadata).toEqual(pod.metadata);
});

test("the path's name and namespace must be the body's", async () => {
  await api.pod("a");
  expectProblem(
    await api.request("PUT", `${PODS}/a`, { metadata: { name: "b" }, spec: {} }),
    422,
    "Invalid",
    "metadata.name",
  );
  const elsewhere = { metadata: { name: "b", namespace: "other" }, spec: {} };
  expectProblem(await api.post(PODS, elsewhere), 422, "Invalid", "metadata.namespace");
  expectProblem(await api.post("/api/v1/namespaces/Not_A_Name/pods", elsewhere), 422, "Invalid", "namespace");
});

test("HEAD, OPTIONS and wrong methods are answered as HTTP says", async () => {
  await api.pod("a");
  const head = await api.request("HEAD", `${PODS}/a`);
  expect([head.status, head.body]).toEqual([200, ""]);
  const options = await api.request("OPTIONS", `${PODS}/a`);
  expect([options.status, options.headers.get("allow")]).toEqual([204, "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"]);
  const wrong = await api.post(`${PODS}/a`, {});
  expectProblem(wrong, 405, "MethodNotAllowed");
  expect(wrong.headers.get("allow")).toBe("DELETE, GET, HEAD, OPTIONS, PATCH, PUT");
});

test.each([
  ["an unknown field", { ...ends(end("a"), end("b")), colour: "red" }, "spec.colour"],
  ["an unknown field of an end", ends(end("a", "eth1", { adresses: [] }), end("b")), "spec.endpoints[0].adresses"],
  ["an interface name with '/'", ends(end("a", "e/1"), end("b")), "spec.endpoints[0].interface"],
  ["an interface name with ':'", ends(end("a", "e:1"), end("b")), "spec.endpoints[0].interface"],
  ["an interface name of 16 bytes", ends(end("a", "abcdefghijklmnop"), end("b")), "spec.endpoints[0].interface"],
  [
    "a network's address",
    ends(end("a", "x", { addresses: ["10.0.0.0/24"] }), end("b")),
    "spec.endpoints[0].addresses[0]",
  ],
  [
    "an address without length",
    ends(end("a", "x", { addresses: ["10.0.0.1"] }), end("b")),
    "spec.endpoints[0].addresses[0]",
  ],
  [
    "ends of two families",
    ends(end("a", "x", { addresses: ["10.0.0.1/24"] }), end("b", "x", { addresses: ["fd00::1/64"] })),
    "spec.endpoints[1].addresses",
  ],
  ["a pod wired to itself on one interface", ends(end("a"), end("a")), "spec.endpoints[1].interface"],
  ["a VNI of 25 bits", { ...ends(end("a"), end("b")), vni: 2 ** 24 }, "spec.vni"],
  ["an MTU that the underlay cannot carry", { ...ends(end("a"), end("b")), mtu: 9000 }, "spec.mtu"],
  ["one end", { endpoints: [end("a")] }, "spec.endpoints"],
  ["a pod's name that is none", ends(end("A_b"), end("b")), "spec.endpoints[0].pod"],
])("refuses %s and names the field", async (_what, spec, field) => {
  const { revision } = (await api.get(LINKS)).body.metadata;
  expectProblem(await api.post(LINKS, linkBody("l", spec)), 422, "Invalid", field);
  expect((await api.get(`${LINKS}/l`)).status).toBe(404);
  expect((await api.get("/api/v1/changes?limit=1")).body.items[0]?.name).not.toBe("l");
  expect(revision).toEqual(expect.any(Number));
});

test("a veth link may have an MTU that no tunnel could carry", async () => {
  expect((await api.link("l", [end("a"), end("b")], { mtu: 9000, transport: "veth" })).spec.mtu).toBe(9000);
});

test.each([
  ["an end on a node", ends({ node: "n", interface: "eth1" }, end("b")), "spec.endpoints[0].node"],
  ["an end outside", ends({ vtep: { address: "192.0.2.1" } }, end("b")), "spec.endpoints[0].vtep"],
  [
    "an end on a parent",
    ends({ parent: { interface: "eth0", mode: "macvlan" } }, end("b")),
    "spec.endpoints[0].parent",
  ],
  ["direct wiring", { ...ends(end("a"), end("b")), wiring: "direct" }, "spec.wiring"],
  ["mirroring", ends(end("a", "eth1", { mirrorTo: "m" }), end("b")), "spec.endpoints[0].mirrorTo"],
])("refuses %s as not built", async (_what, spec, field) => {
  expectProblem(await api.post(LINKS, linkBody("l", spec)), 422, "Unsupported", field);
});

test("refuses kinds and verbs that are not built", async () => {
  for (const plural of ["networks", "routings", "chains", "snapshots"]) {
    expectProblem(await api.get(`/api/v1/namespaces/default/${plural}`), 422, "Unsupported");
    expectProblem(await api.get(`/api/v1/namespaces/default/${plural}/x`), 422, "Unsupported");
    expectProblem(await api.post(`/api/v1/namespaces/default/${plural}`, {}), 422, "Unsupported");
  }
  expectProblem(await api.get(`${LINKS}/l/capture?end=0`), 422, "Unsupported");
  const container = { sandbox: { container: { runtime: "docker", id: "x" } } };
  expectProblem(
    await api.post(PODS, { metadata: { name: "a" }, spec: container }),
    422,
    "Unsupported",
    "spec.sandbox.container",
  );
});

test("refuses pods that reach beyond themselves", async () => {
  const refuse = async (spec: object, field: string) =>
    expectProblem(await api.post(PODS, { metadata: { name: "a" }, spec }), 422, "Invalid", field);
  await refuse({ sysctls: { "kernel.hostname": "x" } }, 'spec.sysctls["kernel.hostname"]');
  await refuse({ programs: [{ argv: ["sh"] }] }, "spec.programs");
  expectProblem(await api.post(PODS, { metadata: { name: "A!" }, spec: {} }), 422, "Invalid", "metadata.name");
});

test("an interface, an address and a VNI belong to one", async () => {
  await api.link("l", [end("a", "eth1", { addresses: ["10.0.0.1/24"] }), end("b")], { vni: 77 });
  const post = (spec: object) => api.post(LINKS, linkBody("m", spec));
  expectProblem(await post(ends(end("a"), end("c"))), 409, "InterfaceTaken", "spec.endpoints[0].interface");
  const address = end("a", "eth2", { addresses: ["10.0.0.1/16"] });
  expectProblem(await post(ends(address, end("c"))), 409, "AddressTaken", "spec.endpoints[0].addresses[0]");
  expectProblem(await post({ ...ends(end("c"), end("d")), vni: 77 }), 409, "VniTaken", "spec.vni");
  const pod = { metadata: { name: "a" }, spec: { loopback: ["10.0.0.1/32"] } };
  expectProblem(await api.post(PODS, pod), 409, "AddressTaken", "spec.loopback[0]");
  const other = { metadata: { name: "l" }, spec: ends(end("a"), end("b")) };
  expect((await api.post("/api/v1/namespaces/other/links", other)).status).toBe(201);
  expect((await api.request("DELETE", "/api/v1/namespaces/other/links/l")).status).toBe(200);
});

test("of many requests for one interface at the same time exactly one wins", async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      api.post(LINKS, linkBody(`l${index}`, ends(end("a"), end("b", `e${index}`)))),
    ),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ body }) => body.code === "InterfaceTaken")).toHaveLength(19);
});

test("a pod's own interface and a link's end on it are one port", async () => {
  const interfaces = [{ name: "eth1", addresses: ["10.0.0.9/24"], mac: "02:00:00:00:00:09" }];
  await api.pod("a", { ...MANAGED, interfaces });
  await api.pod("b");
  await api.link("l", [end("a", "eth1", { addresses: ["10.0.0.1/24"] }), end("b")]);
  await agent.until(() => [...agent.ports.values()].some((port) => port.addresses.length === 2));
  const port = [...agent.ports.values()].find(({ addresses }) => addresses.length === 2);
  expect(port).toMatchObject({
    interface: "eth1",
    mac: "02:00:00:00:00:09",
    addresses: ["10.0.0.1/24", "10.0.0.9/24"],
  });
});

test("malformed JSON is 400 and says where", async () => {
  expectProblem(await api.post(PODS, '{"metadata": {'), 400, "Malformed");
  expectProblem(await api.post(PODS, '{"__proto__": {"x": 1}}'), 400, "Malformed");
  expectProblem(await api.post(PODS, `${"[".repeat(5000)}${"]".repeat(5000)}`), 400, "Malformed");
  expectProblem(await api.post(PODS, new Uint8Array([0x22, 0xff, 0x22])), 400, "Malformed");
  expectProblem(
    await api.post(PODS, "x=1", { "content-type": "application/x-www-form-urlencoded" }),
    415,
    "UnsupportedMediaType",
  );
  expectProblem(await api.get("/api/v1/%zz"), 400, "Malformed");
});

test("a body that is too large is 413 and not read to its end", async () => {
  const big = JSON.stringify({ metadata: { name: "a", annotations: { x: "y".repeat(10 * 1024 * 1024) } }, spec: {} });
  expectProblem(await api.post(PODS, big), 413, "TooLarge");
  expectProblem(await api.post("/api/v1/apply", big), 413, "TooLarge");
  expect(await endlessBody()).toBe(413);
});

test("a foreign Host or Origin is refused", async () => {
  for (const host of ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "10.0.0.1"]) {
    expect(await rawGet({ host })).toBe(403);
  }
  for (const host of ["localhost", "localhost:1", "127.0.0.1:80", "[::1]:9"]) expect(await rawGet({ host })).toBe(200);
  const { host } = new URL(api.url);
  expect(await rawGet({ host, origin: "http://evil.example" })).toBe(403);
  expect(await rawGet({ host, origin: "null" })).toBe(403);
  expect(await rawGet({ host, origin: `http://${host}` })).toBe(200);
});

test("answers carry the headers that keep other pages out", async () => {
  const { headers } = await api.get("/api/v1/nodes");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("x-frame-options")).toBe("DENY");
  expect(headers.get("content-security-policy")).toContain("default-src 'self'");
});

test("health, metrics and the description are there", async () => {
  expect((await api.get("/healthz")).status).toBe(200);
  expect((await api.get("/readyz")).body.storeId).toMatch(/^[0-9a-f-]{36}$/);
  expect((await api.get("/metrics")).body).toContain("ratchet_agents_connected 1");
  const { body } = await api.get("/api/v1/openapi.json");
  expect(body.openapi).toBe("3.1.0");
  expect(Object.keys(body.paths)).toContain("/api/v1/namespaces/{namespace}/links/{name}/reroute");
  expect((await api.get("/api/docs")).body).toContain("/api/docs/swagger-ui-bundle.js");
  expect((await api.get("/api/docs/swagger-ui-bundle.js")).headers.get("content-type")).toContain("javascript");
  expectProblem(await api.get("/api/docs/package.json"), 404, "NotFound");
});

test("a layout is kept, and must be one", async () => {
  const path = "/api/v1/namespaces/default/layout";
  const layout = { positions: { "pod/a": { x: 1, y: 2.5 } } };
  expect((await api.request("PUT", path, layout)).status).toBe(200);
  expect((await api.get(path)).body).toEqual(layout);
  expectProblem(await api.request("PUT", path, { positions: { a: 1 } }), 422, "Invalid");
});

/** `fetch` does not let anybody choose these headers. */
function rawGet(headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    httpRequest(`${api.url}/api/v1/nodes`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

/** Sends for as long as the server takes it, up to 200 MiB. */
function endlessBody(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const chunk = Buffer.alloc(1024 * 1024, " ");
    let sent = 0;
    const request = httpRequest(`${api.url}${PODS}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
    });
    request.on("response", (response) => {
      response.resume();
      request.destroy();
      resolve(response.statusCode);
    });
    request.on("error", reject);
    const write = () => {
      while (sent++ < 200 && request.write(chunk));
      if (sent < 200) request.once("drain", write);
      else reject(new Error("the server read 200 MiB"));
    };
    write();
  });
}
