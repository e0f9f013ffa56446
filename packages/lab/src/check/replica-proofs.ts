import { setTimeout as sleep } from "node:timers/promises";
import type { Topology } from "@ratchet/contracts";
import { ApiClient } from "../api-client.js";
import type { Lab } from "../lab.js";
import { claim, type Prover, until } from "./prover.js";
import { differences, takeSnapshot } from "./snapshot.js";

export interface ReplicaProof {
  lab: Lab;
  prover: Prover;
  /** Namespace path of each pod. */
  pods: ReadonlyMap<string, string>;
  /** A link whose labels may be written. */
  link: string;
  /** Pings through the cluster. */
  reach: (timeoutMs: number) => Promise<string>;
}

/** Proves that a lab of several replicas goes on when the one that leads is killed. */
export async function proveReplicas({ lab, prover, pods, link, reach }: ReplicaProof): Promise<void> {
  const write = (value: string) =>
    lab.api.patchLink(link, { metadata: { labels: { replicas: value } } }).then(
      () => true,
      () => false,
    );

  await prover.prove("replicas agree", async () => {
    const found = await agreed(lab, 5_000);
    return `${lab.replicas.length} replicas show the same ${found.pods.length} pods and ${found.links.length} links`;
  });

  await prover.prove("kill -9 of the replica that leads", async () => {
    const { value: leader } = await until(10_000, "no replica leads", () => leaderOf(lab));
    const before = await takeSnapshot(pods);
    await lab.killApi({ replica: leader, restart: false });
    const killedAt = performance.now();
    const { ms: writeMs } = await until(5_000, "no write is taken", () => write("killed"));
    const { ms: knownMs } = await until(10_000, "not every node is known again", async () => {
      const { items } = await lab.api.nodes();
      return items.every((node) => node.status.phase === "Ready");
    });
    await until(5_000, "not every link is Up again", async () => isUp(await lab.api.topology()));
    const { value: next } = await until(15_000, "no other replica leads", () => leaderOf(lab));
    const leadsMs = performance.now() - killedAt;
    // The write from before there was a leader is in the history as well.
    await until(10_000, "the history lacks the write", async () => {
      const { items } = await lab.api.request<{ items: { name: string; after: unknown }[] }>("GET", "/api/v1/changes");
      return items.some((change) => JSON.stringify(change.after)?.includes('"replicas":"killed"'));
    });
    const moved = differences(before, await takeSnapshot(pods), []);
    claim(moved.length === 0, `something changed in the pods: ${moved.join("; ")}`);
    return (
      `${leader} led; a write is taken ${writeMs.toFixed(0)} ms later, every node known after ${knownMs.toFixed(0)} ms, ` +
      `${next} leads after ${(leadsMs / 1000).toFixed(1)} s; no interface of a pod moved; ${await reach(5_000)}`
    );
  });

  await prover.prove("the killed replica comes back", async () => {
    const dead = lab.replicas.filter(({ name }) => lab.pids()[name] === undefined);
    for (const { name } of dead) await lab.startApi(name);
    await agreed(lab, 10_000);
    return `${dead.map(({ name }) => name).join(", ")} shows what the others show`;
  });
}

/** Waits until all replicas show the same, and all links Up. */
async function agreed(lab: Lab, withinMs: number): Promise<Topology> {
  let shown: Topology[] = [];
  await until(withinMs, "replicas show different things", async () => {
    shown = await Promise.all(lab.replicas.map(({ url }) => new ApiClient(url).topology()));
    const texts = new Set(shown.map((topology) => JSON.stringify(comparable(topology))));
    return texts.size === 1 && shown.every(isUp);
  });
  return shown[0]!;
}

/** Without what each replica counts by itself: revisions of the store as a whole, and times of its own clock. */
function comparable({ pods, links, nodes }: Topology): unknown {
  return {
    pods: pods.map(({ metadata, spec, status }) => ({ metadata, spec, status })),
    links: links.map(({ metadata, spec, status: { conditions: _own, ...status } }) => ({ metadata, spec, status })),
    nodes: nodes.map(({ metadata, spec, status: { lastSeen: _own, ...status } }) => ({ metadata, spec, status })),
  };
}

function isUp({ links }: Topology): boolean {
  return links.every((link) => link.status.phase === "Up");
}

async function leaderOf(lab: Lab): Promise<string | undefined> {
  for (const { name, url } of lab.replicas) {
    const metrics = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(1_000) })
      .then((answer) => answer.text())
      .catch(() => "");
    if (/^ratchet_leader 1$/m.test(metrics)) return name;
  }
  await sleep(50);
  return undefined;
}
