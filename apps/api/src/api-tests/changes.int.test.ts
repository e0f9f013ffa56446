import { afterEach, beforeEach, expect, test } from "vitest";
import { TestApi } from "../test-support/running-api.js";

const LINKS = "/api/v1/namespaces/default/links";
const PODS = "/api/v1/namespaces/default/pods";
let api: TestApi;
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(() => api.stop());

const ENDS = [
  { pod: "a", interface: "eth1", mac: "02:00:00:00:00:01", addresses: ["10.0.0.1/24"] },
  { pod: "b", interface: "eth1" },
];
const newest = async () => (await api.get("/api/v1/changes?limit=1")).body.items[0];
const revert = (id: string) => api.post(`/api/v1/changes/${id}/revert`, undefined, { "x-ratchet-actor": "undoer" });

test("every change is in the history with who, when and what, newest first and in pages", async () => {
  await api.post(PODS, { metadata: { name: "a" }, spec: {} }, { "x-ratchet-actor": "ann<;> e" });
  await api.request("PATCH", `${PODS}/a`, { spec: { loopback: ["1.1.1.1/32"] } });
  await api.request("DELETE", `${PODS}/a`);
  const { body } = await api.get("/api/v1/changes");
  expect(body.items.map(({ verb, actor }: Record<string, string>) => [verb, actor])).toEqual([
    ["delete", "anonymous"],
    ["update", "anonymous"],
    ["create", "ann e"],
  ]);
  expect(body.items[1]).toMatchObject({
    kind: "Pod",
    namespace: "default",
    name: "a",
    before: { spec: {} },
    after: { spec: { loopback: ["1.1.1.1/32"] }, metadata: { name: "a" } },
  });
  expect(body.items[1].after.metadata.revision).toBe(body.items[0].before.metadata.revision);
  const page = await api.get("/api/v1/changes?limit=2");
  const rest = await api.get(`/api/v1/changes?limit=2&continue=${page.body.metadata.continue}`);
  expect([...page.body.items, ...rest.body.items]).toEqual(body.items);
  expect(rest.body.metadata.continue).toBeUndefined();
});

test("a refused or empty change leaves no trace", async () => {
  await api.pod("a", {});
  const { id } = await newest();
  await api.request("PATCH", `${PODS}/a`, { spec: { x: 1 } });
  const same = await api.request("PATCH", `${PODS}/a`, {});
  expect(same.headers.get("x-ratchet-change")).toBeNull();
  expect((await newest()).id).toBe(id);
});

test("undo of a create deletes, and its undo creates again", async () => {
  await api.link("l", ENDS);
  const created = await newest();
  const undone = await revert(created.id);
  expect(undone).toMatchObject({
    status: 200,
    body: { verb: "revert", actor: "undoer", revertOf: created.id, after: null },
  });
  expect((await api.get(`${LINKS}/l`)).status).toBe(404);
  expect((await revert(undone.body.id)).status).toBe(200);
  expect((await api.get(`${LINKS}/l`)).body.spec.endpoints).toEqual(ENDS);
});

test("undo of a delete brings spec, labels and claims back", async () => {
  await api.post(LINKS, { metadata: { name: "l", labels: { x: "y" } }, spec: { endpoints: ENDS, vni: 99 } });
  await api.request("DELETE", `${LINKS}/l`);
  expect((await revert((await newest()).id)).status).toBe(200);
  expect((await api.get(`${LINKS}/l`)).body).toMatchObject({ metadata: { labels: { x: "y" } }, spec: { vni: 99 } });
  const other = { metadata: { name: "m" }, spec: { endpoints: [ENDS[0], { pod: "c", interface: "z" }] } };
  expect((await api.post(LINKS, other)).body.code).toBe("InterfaceTaken");
});

test("a re-route keeps what it does not name except the MAC, and its undo puts everything back", async () => {
  await api.link("l", ENDS);
  const moved = await api.post(`${LINKS}/l/reroute`, { endpoint: 0, to: { pod: "c" } });
  expect(moved.status).toBe(200);
  expect(moved.body.spec.endpoints[0]).toEqual({ pod: "c", interface: "eth1", addresses: ["10.0.0.1/24"] });
  const change = await newest();
  expect(change.verb).toBe("reroute");
  await revert(change.id);
  expect((await api.get(`${LINKS}/l`)).body.spec.endpoints).toEqual(ENDS);
  const bad = await api.post(`${LINKS}/l/reroute`, { endpoint: 2, to: { pods: "c" } });
  expect(bad.body.errors.map(({ field }: { field: string }) => field)).toEqual(["endpoint", "to.pods"]);
});

test("what has changed since cannot be undone", async () => {
  await api.link("l", ENDS);
  const created = await newest();
  await api.request("PATCH", `${LINKS}/l`, { spec: { state: "down" } });
  const cut = await newest();
  expect((await revert(created.id)).body).toMatchObject({ status: 409, code: "Conflict" });
  await api.request("DELETE", `${LINKS}/l`);
  expect((await revert(cut.id)).body).toMatchObject({ status: 409, code: "Conflict" });
  const deleted = await newest();
  await api.link("l", ENDS);
  expect((await revert(deleted.id)).body).toMatchObject({ status: 409, code: "Conflict" });
  expect((await revert("01a1fdaa-cb66-7359-9bdc-d35841059bdf")).status).toBe(404);
});

test("changes are undone one after the other, although each undo is a change itself", async () => {
  await api.link("l", ENDS);
  const created = await newest();
  await api.post(`${LINKS}/l/reroute`, { endpoint: 0, to: { pod: "c" } });
  const moved = await newest();
  expect((await revert(moved.id)).status).toBe(200);
  expect((await revert(created.id)).status).toBe(200);
  expect((await api.get(`${LINKS}/l`)).status).toBe(404);
});

test("a kill is undone by a restart", async () => {
  await api.pod("a");
  await api.post(`${PODS}/a/kill`);
  const kill = await newest();
  expect(kill).toMatchObject({
    verb: "kill",
    before: { run: { isRunning: true } },
    after: { run: { isRunning: false } },
  });
  expect((await revert(kill.id)).body.after.run).toEqual({ isRunning: true, incarnation: 1 });
  expect((await revert(kill.id)).body.code).toBe("Conflict");
  await api.pod("foreign", { node: "n", sandbox: { netns: "x" } });
  expect((await api.post(`${PODS}/foreign/kill`)).body).toMatchObject({
    code: "Invalid",
    errors: [{ field: "spec.sandbox" }],
  });
});

test("the history outlives the process", async () => {
  await api.pod("a", {});
  const before = await newest();
  await api.restart();
  expect(await newest()).toEqual(before);
});
