import type { StreamFrame } from "@ratchet/contracts";
import { type EtcdCluster, startEtcd } from "@ratchet/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";
import { StreamReader } from "../test-support/stream-reader.js";

const PODS = "/api/v1/namespaces/default/pods";
const LINK = "/api/v1/namespaces/default/links/wire";
const isDelta = (frame: StreamFrame) => frame.type === "delta";

let etcd: EtcdCluster;
let api: TestApi;
let prefixes = 0;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd?.close());
beforeEach(async () => {
  api = await TestApi.start({ store: choice(`api-${++prefixes}/`) });
});
afterEach(() => api?.stop());

function choice(prefix: string) {
  return { kind: "etcd" as const, etcd: { endpoints: etcd.endpoints, prefix } };
}

test("what is asked for is in etcd, streamed, wired, and there again after a restart", async () => {
  const reader = await StreamReader.open(api.url);
  await api.pod("a", { node: "left", sandbox: { managed: true } });
  await api.pod("b", { node: "right", sandbox: { managed: true } });
  const ends = ["a", "b"].map((pod) => ({ pod, interface: "eth1" }));
  const link = await api.link("wire", ends);
  await reader.frame((frame) => frame.type === "delta" && frame.upserts.some(({ kind }) => kind === "Link"));
  reader.close();
  const agents = await Promise.all(
    ["left", "right"].map((name, i) => AgentStandIn.connect({ url: api.url, name, vtepAddress: `10.9.0.${i + 1}` })),
  );
  const up = await api.until(LINK, (body) => body.status?.phase === "Up");
  expect(up.status.transport).toBe("vxlan");
  const before = (await api.get("/readyz")).body;
  await api.restart();

  const after = (await api.get("/readyz")).body;
  expect(after.storeId).toBe(before.storeId);
  expect(after.revision).toBeGreaterThanOrEqual(before.revision);
  const again = (await api.get(LINK)).body;
  expect(again.metadata).toEqual(link.metadata);
  expect(again.status.vni).toBe(up.status.vni);
  const { items } = (await api.get("/api/v1/changes")).body;
  expect(items.map(({ verb, name }: Record<string, string>) => `${verb} ${name}`)).toEqual([
    "create wire",
    "create b",
    "create a",
  ]);
  await Promise.all(agents.map((agent) => agent.closed));
});

test("an apply of more than etcd takes in one request is whole", async () => {
  const documents = Array.from({ length: 600 }, (_, i) => ({
    apiVersion: "ratchet.network/v1alpha1",
    kind: "Pod",
    metadata: { name: `p${i}` },
    spec: {},
  }));
  const applied = await api.post("/api/v1/apply", documents);
  expect(applied.status, JSON.stringify(applied.body).slice(0, 500)).toBe(200);
  expect((await api.get(`${PODS}?limit=1000`)).body.items).toHaveLength(600);
});

test("a change made at one API is seen at another that has the same etcd", async () => {
  const other = await TestApi.start({ store: choice(`api-${prefixes}/`) });
  try {
    const reader = await StreamReader.open(other.url);
    await reader.frame((frame) => frame.type === "snapshot");
    await api.pod("a", {});
    await reader.frame(isDelta);
    expect((await other.get(`${PODS}/a`)).status).toBe(200);
    expect((await other.post(PODS, { metadata: { name: "a" }, spec: {} })).body.code).toBe("AlreadyExists");
    reader.close();
  } finally {
    await other.stop();
  }
});

test("writes of two APIs to the same object are decided by etcd", async () => {
  const other = await TestApi.start({ store: choice(`api-${prefixes}/`) });
  try {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? api : other).post(PODS, { metadata: { name: "a" }, spec: {} })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set([undefined, "AlreadyExists"]));
  } finally {
    await other.stop();
  }
});
