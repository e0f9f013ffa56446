import { KEY_ROOT } from "@ratchet/contracts";
import { type EtcdCluster, Random, startEtcd } from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkStore } from "../doctor/check-store.js";
import type { VniRecord } from "../state/records.js";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { type Answer, TestApi } from "../test-support/running-api.js";

const NS = "/api/v1/namespaces/default";
const NODES = ["left", "right", "far"];
const SEED = process.env.RATCHET_SEED ?? "replicas";
const WRITERS = 8;
const WRITES_EACH = 40;
/** Accepted, or refused for a reason that another writer gave. */
const FAIR = [200, 201, 404, 409, 412, 422];

let etcd: EtcdCluster;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd?.close());

function replica(replicaId: string): Promise<TestApi> {
  const store = { kind: "etcd" as const, etcd: { endpoints: etcd.endpoints, prefix: "random/" } };
  return TestApi.start({ store, replicaId, leaseSeconds: 2 });
}

/** One random write, to objects that all writers fight for. */
function write(random: Random, api: TestApi): Promise<Answer> {
  const pod = () => `p${random.int(6)}`;
  const link = `${NS}/links/l${random.int(10)}`;
  const end = () => ({ pod: pod(), interface: `e${random.int(4)}` });
  const ends = [end(), end()];
  const vni = random.chance(0.3) ? { vni: 5000 + random.int(4) } : {};
  switch (random.weighted({ link: 5, pod: 2, unlink: 3, unpod: 1, cut: 2, reroute: 3, apply: 1 })) {
    case "link":
      return api.post(`${NS}/links`, { metadata: { name: link.slice(-2) }, spec: { endpoints: ends, ...vni } });
    case "pod": {
      const spec = { sandbox: { managed: true }, ...(random.chance(0.8) ? { node: random.pick(NODES) } : {}) };
      return api.post(`${NS}/pods`, { metadata: { name: pod() }, spec });
    }
    case "unlink":
      return api.request("DELETE", link);
    case "unpod":
      return api.request("DELETE", `${NS}/pods/${pod()}`);
    case "cut":
      return api.request("PATCH", link, { spec: { state: random.pick(["up", "down"]) } });
    case "reroute":
      return api.post(`${link}/reroute`, { endpoint: random.int(2), to: end() });
    case "apply":
      return api.post("/api/v1/apply", [
        {
          apiVersion: "ratchet.network/v1alpha1",
          kind: "Pod",
          metadata: { name: pod() },
          spec: { node: random.pick(NODES) },
        },
        {
          apiVersion: "ratchet.network/v1alpha1",
          kind: "Link",
          metadata: { name: link.slice(-2) },
          spec: { endpoints: ends },
        },
      ]);
  }
}

test(`two replicas written to at once never disagree, and give no VNI twice (RATCHET_SEED=${SEED})`, async () => {
  const apis = [await replica("one"), await replica("two")] as const;
  const agents: AgentStandIn[] = [];
  try {
    for (const [index, name] of NODES.entries()) {
      const url = apis[index % 2]!.url;
      agents.push(await AgentStandIn.connect({ url, name, vtepAddress: `10.9.0.${index + 1}` }));
    }
    // No link holds a number that another one holds, at any moment: tunnels on it would join.
    const trouble: string[] = [];
    for (const { core } of apis) {
      const owners = new Map<number, string>();
      core.mirror.onChange(({ vnis }) => {
        for (const vni of vnis) {
          const record: VniRecord | undefined = core.mirror.world.vni(vni);
          const owner = owners.get(vni);
          if (record === undefined) owners.delete(vni);
          else if (owner !== undefined && owner !== record.linkUid) trouble.push(`VNI ${vni} went from link to link`);
          else owners.set(vni, record.linkUid);
        }
      });
    }
    const statuses = new Map<number, number>();
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, writer) => {
        const random = new Random(`${SEED}-${writer}`);
        for (let count = 0; count < WRITES_EACH; count++) {
          const answer = await write(random, random.pick(apis));
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          expect(FAIR, JSON.stringify(answer.body)).toContain(answer.status);
        }
      }),
    );
    expect(trouble).toEqual([]);
    expect(statuses.get(201)).toBeGreaterThan(10);

    // Tunnels that are not needed any more are confirmed gone by agents of both replicas.
    const [one, two] = apis;
    const draining = () =>
      [...one.core.mirror.world.vnis].filter((vni) => one.core.mirror.world.vni(vni)?.state !== "used");
    await expect.poll(draining, { timeout: 15_000 }).toEqual([]);
    const { entries, revision } = await one.core.store.range(KEY_ROOT);
    expect(checkStore(entries, Date.now())).toEqual([]);
    for (const { core } of apis) expect(await core.mirror.reached(revision, 5_000)).toBe(true);
    const shown = async (api: TestApi) => {
      const { pods, links } = (await api.get(`${NS}/topology`)).body;
      const plain = (items: { metadata: object; spec: object; status: Record<string, unknown> }[]) =>
        items.map(({ metadata, spec, status: { conditions: _, ...status } }) => ({ metadata, spec, status }));
      return { pods: plain(pods), links: plain(links) };
    };
    await expect
      .poll(async () => JSON.stringify(await shown(one)) === JSON.stringify(await shown(two)), { timeout: 10_000 })
      .toBe(true);
    expect(await shown(one)).toEqual(await shown(two));
    // What agents were told is what both replicas say of each node.
    for (const agent of agents) {
      for (const wire of agent.wires.values()) expect(one.core.mirror.world.keyOfUid(wire.linkUid)).toBeDefined();
    }
  } finally {
    for (const agent of agents) await agent.kill();
    for (const api of apis) await api.stop();
  }
}, 120_000);
