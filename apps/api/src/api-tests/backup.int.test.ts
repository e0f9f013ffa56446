import type { Backup } from "@ratchet/contracts";
import { keys } from "@ratchet/contracts";
import { type EtcdCluster, startEtcd } from "@ratchet/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";

const NS = "/api/v1/namespaces/default";
const LAYOUT = { positions: { "pod/a": { x: 1, y: 2 } } };

let etcd: EtcdCluster;
let prefixes = 0;
let from: TestApi;
let to: TestApi;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd?.close());
beforeEach(async () => {
  from = await TestApi.start();
  to = await TestApi.start({
    store: { kind: "etcd", etcd: { endpoints: etcd.endpoints, prefix: `backup-${++prefixes}/` } },
  });
});
afterEach(async () => {
  await from.stop();
  await to.stop();
});

async function fill(): Promise<void> {
  const agents = await connect(from);
  await from.pod("a", { node: "left", sandbox: { managed: true }, loopback: ["1.1.1.1/32"] });
  await from.pod("b", { nodeSelector: { side: "right" }, sandbox: { managed: true } });
  await from.post(`${NS}/pods/b/kill`);
  await from.post(`${NS}/pods/b/restart`);
  const ends = (ifName: string) => ["a", "b"].map((pod) => ({ pod, interface: ifName }));
  await from.request("PUT", `${NS}/pools`, { ipv4: ["10.7.0.0/24"] });
  for (const name of ["l1", "l2", "l3"]) await from.link(name, ends(name), { autoAddresses: "both" });
  await from.request("DELETE", `${NS}/links/l1`);
  await from.request("PUT", `${NS}/layout`, LAYOUT);
  await from.until(`${NS}/links/l3`, ({ status }) => status.phase === "Up");
  for (const agent of agents) await agent.kill();
  await from.until("/api/v1/nodes", ({ items }) => items.every((node: Named) => node.status.phase === "Unknown"));
}

interface Named {
  status: { phase: string };
}

const connect = (api: TestApi) =>
  Promise.all(
    ["left", "right"].map((name, i) =>
      AgentStandIn.connect({ url: api.url, name, labels: { side: name }, vtepAddress: `10.9.0.${i + 1}` }),
    ),
  );

/** What a client sees, without what a store of its own has to be different in. */
async function seen(api: TestApi): Promise<object> {
  const topology = (await api.get(`${NS}/topology`)).body;
  const text = JSON.stringify([
    { pods: topology.pods, links: topology.links, nodes: topology.nodes },
    (await api.get(`${NS}/pools`)).body,
    (await api.get(`${NS}/layout`)).body,
  ]);
  const plain = /"(revision|observedRevision)":\d+|"(since|lastSeen)":("[^"]*"|null)/g;
  return JSON.parse(text.replaceAll(plain, '"passing":0'));
}
const stored = async (api: TestApi) =>
  (await api.core.store.range("/ratchet/")).entries
    .filter(({ key }) => ![keys.outbox(), keys.replicas(), keys.leader(), keys.agents()].some((p) => key.startsWith(p)))
    .map(({ key, value }) => [key, JSON.parse(value)]);

test("what was in the embedded store is the same in etcd: objects with their uids, VNIs, addresses, layouts", async () => {
  await fill();
  const backup = (await from.get("/api/v1/backup")).body as Backup;
  // What agents reported is with the process alone.
  await from.restart();
  const answer = await to.post("/api/v1/restore", backup);
  expect(answer).toMatchObject({
    status: 200,
    body: { restored: { pods: 2, links: 2, nodes: 2, subnets: 4, layouts: 1 } },
  });
  expect(await stored(to)).toEqual(await stored(from));
  expect(await seen(to)).toEqual(await seen(from));
  const { items } = (await to.get("/api/v1/changes")).body;
  expect(items).toMatchObject([{ verb: "restore", kind: "Installation" }]);
  expect(answer.headers.get("x-ratchet-change")).toBe(items[0].id);
  expect((await to.get("/api/v1/doctor")).body.findings.map(({ code }: { code: string }) => code)).toEqual([
    "NodeAway",
    "NodeAway",
  ]);
});

test("agents that are pointed over are asked for what they have, uid by uid, and for nothing else", async () => {
  await fill();
  const asked = (agents: AgentStandIn[]) =>
    agents.map(({ pods, ports, wires }) => [
      [...pods.values()],
      [...ports.values()],
      [...wires.values()].map(({ revision: _, far: _far, ...wire }) => wire),
    ]);
  const before = await connect(from);
  await from.until(`${NS}/links/l3`, ({ status }) => status.phase === "Up");
  const then = asked(before);
  await to.post("/api/v1/restore", (await from.get("/api/v1/backup")).body);
  const after = await connect(to);
  await to.until(`${NS}/links/l3`, ({ status }) => status.phase === "Up");
  expect(asked(after)).toEqual(then);
  const next = await to.link(
    "next",
    ["a", "b"].map((pod) => ({ pod, interface: "next" })),
    { autoAddresses: "ipv4" },
  );
  expect(next.status.endpoints[0]?.autoAddresses).toEqual(["10.7.0.6/31"]);
  for (const agent of [...before, ...after]) await agent.kill();
});

test("what is damaged, of another version, or does not fit is refused, and changes nothing", async () => {
  await fill();
  const backup = (await from.get("/api/v1/backup")).body as Backup;
  const before = await stored(to);
  const cases: [object, string][] = [
    [{ ...backup, entries: backup.entries.slice(1) }, "checksum"],
    [{ ...backup, version: 2 }, "version"],
    [{ ...backup, format: "tar" }, "format"],
    [{ ...backup, extra: 1 }, "extra"],
    [{}, "format"],
  ];
  for (const [body, field] of cases) {
    const answer = await to.post("/api/v1/restore", body);
    expect([answer.status, answer.body.errors.map((error: { field: string }) => error.field)]).toEqual([
      422,
      expect.arrayContaining([field]),
    ]);
  }
  expect(await stored(to)).toEqual(before);
  expect((await to.get(`${NS}/layout`)).body.positions).toEqual({});
});

test("an installation in use is left as it is", async () => {
  await fill();
  const backup = (await from.get("/api/v1/backup")).body;
  await to.pod("own");
  const before = await stored(to);
  const answer = await to.post("/api/v1/restore", backup);
  expect(answer).toMatchObject({ status: 409, body: { code: "Conflict" } });
  expect(answer.body.detail).toContain(keys.pod("default", "own"));
  expect(await stored(to)).toEqual(before);
  expect(await to.post("/api/v1/restore", backup)).toMatchObject({ status: 409 });
  expect((await from.post("/api/v1/restore", backup)).status).toBe(409);
});

test("nothing is restored by halves when the store fails", async () => {
  await fill();
  const backup = (await from.get("/api/v1/backup")).body;
  const { store } = to.core;
  const { txn } = store;
  store.txn = () => Promise.reject(Object.assign(new Error("away"), { name: "StoreError", code: "Unavailable" }));
  expect((await to.post("/api/v1/restore", backup)).status).toBeGreaterThanOrEqual(500);
  store.txn = txn;
  expect(await stored(to)).toEqual([]);
  expect((await to.get(`${NS}/layout`)).body.positions).toEqual({});
  expect((await to.post("/api/v1/restore", backup)).status).toBe(200);
});

test("a backup of 2,000 links goes through etcd's limits whole", async () => {
  const documents = Array.from({ length: 2000 }, (_, i) => ({
    apiVersion: "ratchet.network/v1alpha1",
    kind: "Link",
    metadata: { name: `l${i}`, namespace: "default" },
    spec: { endpoints: ["a", "b"].map((pod) => ({ pod, interface: `i${i}` })), autoAddresses: "ipv4" },
  }));
  expect((await from.post("/api/v1/apply", documents)).status).toBe(200);
  const backup = (await from.get("/api/v1/backup")).body;
  expect((await to.post("/api/v1/restore", backup)).status).toBe(200);
  expect(await stored(to)).toEqual(await stored(from));
});
