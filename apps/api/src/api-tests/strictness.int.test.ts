import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, TestApi } from "../test-support/running-api.js";

const LINKS = "/api/v1/namespaces/default/links";
const PODS = "/api/v1/namespaces/default/pods";
const API = "ratchet.network/v1alpha1";
const POD = { apiVersion: API, kind: "Pod", metadata: { name: "q" }, spec: {} };
let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start();
  for (const name of ["a", "b"]) await api.pod(name);
  await api.link("ab", [
    { pod: "a", interface: "in1", addresses: ["10.0.0.1/24"] },
    { pod: "b", interface: "in1", addresses: ["10.0.0.2/24"] },
  ]);
});
afterAll(() => api.stop());

/** Everything that a client can write, in one text. */
async function written(): Promise<string> {
  const { pods, links } = (await api.get("/api/v1/namespaces/default/topology")).body;
  const { items } = (await api.get("/api/v1/changes?limit=1")).body;
  const objects = [...pods, ...links].map(({ metadata, spec }) => ({ metadata, spec }));
  return JSON.stringify([objects, items[0].id, (await api.get("/api/v1/namespaces")).body.items]);
}

/** Refused as it says, and nothing was written. */
async function refused(
  ask: () => Promise<Answer>,
  status: number,
  code: string,
  field?: string,
): Promise<Answer["body"]> {
  const before = await written();
  const { body, headers } = await ask();
  expect(body).toMatchObject({ status, code });
  expect(headers.get("content-type")).toContain("application/problem+json");
  if (field !== undefined) expect(body.errors.map((item: { field: string }) => item.field)).toContain(field);
  expect(await written()).toBe(before);
  return body;
}

test("an apply into a namespace that is no name is refused: nobody could reach what lay there", async () => {
  for (const namespace of ["A_b", "a%2Fb", "..", ""]) {
    await refused(() => api.post(`/api/v1/apply?namespace=${namespace}`, POD), 422, "Invalid", "namespace");
  }
});

test("a query where none is taken is refused, so that a dry run that is none does nothing", async () => {
  await refused(() => api.request("DELETE", `${PODS}/a?dryRun=true`), 422, "Invalid", "dryRun");
  await refused(() => api.post(`${PODS}?dryRun=All`, POD), 422, "Invalid", "dryRun");
  await refused(() => api.get("/api/v1/namespaces/default/topology?labelSelector=x"), 422, "Invalid", "labelSelector");
  for (const path of ["/healthz?x=1", `${PODS}?limit=1`, "/api/v1/changes?limit=1"]) {
    expect((await api.get(path)).status).toBe(200);
  }
});

test("numbers of a query are digits", async () => {
  for (const limit of ["1e1", "0x2", "%202", "", "1.5"]) {
    await refused(() => api.get(`${PODS}?limit=${limit}`), 422, "Invalid", "limit");
  }
});

test("a body that is not there is 400, for every method that needs one", async () => {
  for (const [method, path] of [
    ["POST", PODS],
    ["PUT", `${PODS}/a`],
    ["PATCH", `${PODS}/a`],
    ["POST", `${LINKS}/ab/reroute`],
    ["POST", "/api/v1/apply"],
  ] as const) {
    await refused(() => api.request(method, path), 400, "Malformed");
    await refused(() => api.request(method, path, "", { "content-type": "application/json" }), 400, "Malformed");
  }
});

test("what takes no body refuses what stands in one", async () => {
  for (const path of [`${PODS}/a/kill`, `${PODS}/a/restart`]) {
    await refused(() => api.post(path, { grace: 5 }), 422, "Invalid", "grace");
  }
  const { items } = (await api.get("/api/v1/changes?limit=1")).body;
  await refused(() => api.post(`/api/v1/changes/${items[0].id}/revert`, { force: true }), 422, "Invalid", "force");
});

test("text that could not be kept is refused before it is written", async () => {
  const named = (annotation: string) => `{"metadata":{"name":"q","annotations":{"a":"${annotation}"}},"spec":{}}`;
  for (const text of ["x\\u0000y", "\\ud800"]) await refused(() => api.post(PODS, named(text)), 400, "Malformed");
  const end = '{"metadata":{"name":"q"},"spec":{"endpoints":[{"pod":"a","interface":"\\ud800"}]}}';
  await refused(() => api.post(LINKS, end), 400, "Malformed");
});

test("an interface name that the kernel refuses is refused here", async () => {
  const endpoints = [
    { pod: "a", interface: "voilà" },
    { pod: "b", interface: "x" },
  ];
  const link = { metadata: { name: "q" }, spec: { endpoints } };
  await refused(() => api.post(LINKS, link), 422, "Invalid", "spec.endpoints[0].interface");
});

test("of very many mistakes the first hundred are said", async () => {
  const labels = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`no ${index}`, "x"]));
  const body = await refused(() => api.post(PODS, { metadata: { name: "q", labels }, spec: {} }), 422, "Invalid");
  expect(body.errors).toHaveLength(100);
  expect(body.detail).toContain("4999 more");
  await refused(() => api.post("/api/v1/apply", Array(200_000).fill({})), 422, "Invalid", "[0].apiVersion");
});

test("a sysctl cannot climb out of net", async () => {
  for (const name of ["net/../kernel/panic", "net/./ipv4/ip_forward"]) {
    const spec = { sandbox: { managed: true }, sysctls: { [name]: "1" } };
    await refused(() => api.post(PODS, { metadata: { name: "q" }, spec }), 422, "Invalid", `spec.sysctls["${name}"]`);
  }
});

test("an end of a re-route that is not built is Unsupported, and fields are named as they were asked", async () => {
  const path = `${LINKS}/ab/reroute`;
  const ways = { node: "n", vtep: { address: "10.9.9.9" }, parent: {}, mirrorTo: "x" };
  for (const [key, value] of Object.entries(ways)) {
    await refused(() => api.post(path, { endpoint: 1, to: { [key]: value } }), 422, "Unsupported", `to.${key}`);
  }
  await refused(
    () => api.post(path, { endpoint: 1, to: { pod: "a", interface: "in1" } }),
    422,
    "Invalid",
    "to.interface",
  );
  for (const endpoint of [0, 1]) {
    const to = { addresses: ["fd00::1/64"] };
    await refused(() => api.post(path, { endpoint, to }), 422, "Invalid", "to.addresses");
  }
});

test("a condition is met or refused, never passed over", async () => {
  const ifMatch = (tag: string) => ({ "if-match": tag });
  await refused(() => api.post(PODS, { ...POD, metadata: { name: "new" } }, ifMatch("*")), 412, "Stale", "If-Match");
  await refused(() => api.post("/api/v1/apply", POD, ifMatch('"1"')), 422, "Unsupported", "If-Match");
  const changed = await api.request("PATCH", `${LINKS}/ab`, { spec: { state: "down" } });
  const id = changed.headers.get("x-ratchet-change");
  await refused(() => api.post(`/api/v1/changes/${id}/revert`, undefined, ifMatch('"1"')), 412, "Stale", "If-Match");
  const tag = ifMatch(changed.headers.get("etag") ?? "");
  expect((await api.post(`/api/v1/changes/${id}/revert`, undefined, tag)).status).toBe(200);
});

test("what is meant for the API never gets the page, and a WebSocket says that it is one", async () => {
  for (const path of ["//api/v1/nodes", "/API/v1/nodes", "/api/", "/healthz/"]) {
    await refused(() => api.get(path), 404, "NotFound");
  }
  const answer = await api.get("/api/v1/stream");
  expect(answer.body).toMatchObject({ status: 426, code: "UpgradeRequired" });
  expect(answer.headers.get("upgrade")).toBe("websocket");
  await refused(() => api.get(`${PODS}/${"x".repeat(1000)}`), 404, "NotFound");
});

test("an encoded body and a second Host are refused", async () => {
  await refused(() => api.post(PODS, POD, { "content-encoding": "gzip" }), 415, "UnsupportedMediaType");
  const { hostname, port } = new URL(api.url);
  const text = await exchange(Number(port), [`GET /api/v1/nodes HTTP/1.1\r\nHost: ${hostname}\r\nHost: evil\r\n\r\n`]);
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
});

test("a client that reads nothing before it has sent 10 MiB still gets its 413", async () => {
  const size = 10 * 1024 * 1024;
  const head = `Host: localhost\r\nContent-Type: application/json\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n`;
  const { port } = new URL(api.url);
  for (const path of [PODS, "/api/v1/apply", PODS, PODS]) {
    const text = await exchange(Number(port), [`POST ${path} HTTP/1.1\r\n${head}`, "y".repeat(size)]);
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toContain('"code":"TooLarge"');
  }
  const plain = head.replace("application/json", "text/plain");
  const text = await exchange(Number(port), [`POST ${PODS} HTTP/1.1\r\n${plain}`, "y".repeat(size)]);
  expect(text).toMatch(/^HTTP\/1\.1 415 /);
});

/** Sends everything before it reads anything, as simple clients do; rejects when the connection is reset. */
async function exchange(port: number, parts: string[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.pause();
  for (const part of parts) if (!socket.write(part)) await once(socket, "drain");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => {
    chunks.push(chunk);
    if (Buffer.concat(chunks).includes("}")) socket.end();
  });
  socket.resume();
  await once(socket, "close");
  return Buffer.concat(chunks).toString();
}
