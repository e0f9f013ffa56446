import { type EtcdCluster, startEtcd } from "@ratchet/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";
import { StreamReader } from "../test-support/stream-reader.js";

const PODS = "/api/v1/namespaces/default/pods";
const LINK = "/api/v1/namespaces/default/links/wire";
const READS = [PODS, LINK, "/api/v1/nodes", "/api/v1/namespaces/default/topology", "/api/v1/changes", "/metrics"];
const STALE = "x-ratchet-stale-since";

let etcd: EtcdCluster;
let api: TestApi;
let prefixes = 0;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd?.close());
beforeEach(async () => {
  api = await TestApi.start({
    store: { kind: "etcd", etcd: { endpoints: etcd.endpoints, prefix: `away-${++prefixes}/` } },
  });
});
afterEach(() => api?.stop());

/** Two pods on two nodes, a wire between them, and an agent for each node. */
async function wired(): Promise<AgentStandIn[]> {
  await api.pod("a", { node: "left", sandbox: { managed: true } });
  await api.pod("b", { node: "right", sandbox: { managed: true } });
  await api.link(
    "wire",
    ["a", "b"].map((pod) => ({ pod, interface: "eth1" })),
  );
  const agents = await Promise.all(
    ["left", "right"].map((name, i) => AgentStandIn.connect({ url: api.url, name, vtepAddress: `10.9.0.${i + 1}` })),
  );
  await api.until(LINK, (body) => body.status?.phase === "Up");
  return agents;
}

test.each([
  [
    "hangs",
    (member: EtcdCluster["members"][number]) => member.pause(),
    (m: (typeof etcd.members)[number]) => m.resume(),
  ],
  [
    "is killed",
    (member: EtcdCluster["members"][number]) => member.kill(),
    (m: (typeof etcd.members)[number]) => m.start(),
  ],
])(
  "while etcd %s reads answer and say what they are, writes are refused, wires stay; then all goes on",
  async (_, goAway, comeBack) => {
    const agents = await wired();
    const sent = agents.map((agent) => agent.assignments.length);
    const before = (await api.get(LINK)).body;
    const reader = await StreamReader.open(api.url);
    const [member] = etcd.members;
    await goAway(member!);
    try {
      await reader.frame((frame) => frame.type === "heartbeat" && frame.staleSince !== undefined, 10_000);
      for (const path of READS) {
        const asked = performance.now();
        const answer = await api.get(path);
        expect(answer.status, path).toBe(200);
        expect(answer.headers.get(STALE) !== null, path).toBe(path.startsWith("/api/"));
        expect(performance.now() - asked, path).toBeLessThan(5_000);
      }
      expect((await api.get(LINK)).body).toEqual(before);
      expect((await api.get("/readyz")).status).toBe(503);
      expect((await api.get("/healthz")).status).toBe(200);

      const asked = performance.now();
      const refused = await api.post(PODS, { metadata: { name: "late" }, spec: {} });
      expect(refused).toMatchObject({ status: 503, body: { code: "Unavailable" } });
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(performance.now() - asked).toBeLessThan(5_000);
      // An agent that comes again meanwhile is taken in, and told to keep what it has.
      await agents[0]!.kill();
      const again = await AgentStandIn.connect({ url: api.url, name: "left", vtepAddress: "10.9.0.1" });
      expect([...again.wires.values()]).toHaveLength(1);
      agents[0] = again;
      await api.until(LINK, (body) => body.status?.phase === "Up");
    } finally {
      await comeBack(member!);
    }

    await api.until("/readyz", (body) => body.status === "ok", 15_000);
    expect((await api.get(LINK)).headers.get(STALE)).toBeNull();
    expect((await api.get(`${PODS}/late`)).status).toBe(404);
    await api.pod("late", {});
    await reader.frame(
      (frame) => frame.type === "delta" && frame.upserts.some((item) => item.metadata.name === "late"),
      10_000,
    );
    expect((await api.request("PATCH", LINK, { spec: { state: "down" } })).status).toBe(200);
    await agents[1]!.until(() => [...agents[1]!.wires.values()].every(({ state }) => state === "down"));
    expect(agents[1]!.assignments.length).toBe(sent[1]! + 1);
    await api.until("/api/v1/changes", ({ items }) => items.length === 5, 15_000);
    reader.close();
    for (const agent of agents) await agent.kill();
  },
  60_000,
);
