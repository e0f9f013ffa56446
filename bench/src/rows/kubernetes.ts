import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type KubeRatchet, startKubeRatchet, waitUntilSettled } from "@ratchet/lab";
import {
  agentCniFlags,
  busyboxPod,
  defaultCni,
  findKubePrograms,
  type KubeCluster,
  type KubeNode,
  KubeProgramsMissing,
  ratchetCni,
  startKubeCluster,
} from "@ratchet/testkit";
import type { Figure, Row } from "../figure.js";
import { residentMiB } from "../memory.js";
import { ReadyWatch } from "../ready-watch.js";
import { medianOf, spreadOf } from "../statistics.js";

const SHIM = fileURLToPath(new URL("../../../packages/cni-shim/dist/ratchet", import.meta.url));
const ROUNDS = 12;
const MANY = 100;
const MANY_SECONDS = 300;

const running = new Set<KubeCluster>();

/** Removes the clusters that a signal would leave behind. */
export async function stopClusters(): Promise<void> {
  await Promise.all([...running].map((cluster) => cluster.stop()));
}

export const kubernetes: Row = {
  name: "kubernetes",
  about: "pod create to Ready on a real Kubernetes, with and without Ratchet; 100 pods with a link each at once",
  async measure(say) {
    try {
      findKubePrograms();
    } catch (error) {
      if (!(error instanceof KubeProgramsMissing)) throw error;
      // The other rows need none of it.
      say(`NOT MEASURED: ${error.message}`);
      return [];
    }
    return measureOn(say);
  },
};

async function measureOn(say: (line: string) => void): Promise<Figure[]> {
  // One node as without Ratchet, one with it: each round meets both in the same state of the machine.
  const cluster = await startKubeCluster({
    cniConf: (node) => (node.name === "left" ? defaultCni(node) : ratchetCni(SHIM)(node)),
  });
  running.add(cluster);
  let ratchet: KubeRatchet | undefined;
  try {
    ratchet = await startKubeRatchet(cluster, {
      agentFlags: agentCniFlags,
      apiFlags: ["--kubeconfig", cluster.kubeconfigs.controlPlane],
    });
    const single = await createToReady(cluster);
    say("both nodes with Ratchet");
    switchToRatchet(cluster.node("left"));
    return [...single, ...(await manyAtOnce(cluster, ratchet, say))];
  } finally {
    await ratchet?.stop();
    await cluster.stop();
    running.delete(cluster);
  }
}

const KINDS = {
  without: (name: string) => busyboxPod({ name, node: "left" }),
  other: (name: string) => busyboxPod({ name, node: "right" }),
  wired: (name: string) => linkedPod(name, "right", "10.9.0", { pod: "partner", interface: "in2" }),
};

async function createToReady(cluster: KubeCluster): Promise<Figure[]> {
  await cluster.apply(busyboxPod({ name: "partner", node: "right", labels: { ratchet: "true" } }));
  await cluster.waitPodsReady(["partner"]);
  const samples = new Map<string, number[]>(Object.keys(KINDS).map((kind) => [kind, []]));
  const watch = await ReadyWatch.start(cluster.kubeconfigs.admin);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const [kind, manifest] of Object.entries(KINDS)) {
        const name = `${kind}-${round}`;
        await cluster.apply(manifest(name));
        samples.get(kind)?.push(await watch.createToReadyMs(name));
        await cluster.kubectl(["delete", "pod", name, "--wait=true"]);
      }
    }
  } finally {
    watch.stop();
  }
  await cluster.kubectl(["delete", "pod", "partner", "--wait=true"]);
  const without = medianOf(samples.get("without") ?? []);
  const figure = (what: string, kind: keyof typeof KINDS): Figure => ({
    what,
    value: medianOf(samples.get(kind) ?? []),
    unit: "ms",
    spread: spreadOf(samples.get(kind) ?? []),
    baseline: { what: "a node without Ratchet", value: without },
  });
  return [
    figure("pod create to Ready, pod of Ratchet's with a link", "wired"),
    figure("pod create to Ready, another pod", "other"),
  ];
}

function switchToRatchet(node: KubeNode): void {
  const { name, content } = ratchetCni(SHIM)(node);
  writeFileSync(join(node.cniConfDir, name), JSON.stringify(content));
  rmSync(join(node.cniConfDir, defaultCni(node).name));
}

async function manyAtOnce(cluster: KubeCluster, ratchet: KubeRatchet, say: (line: string) => void): Promise<Figure[]> {
  // containerd reads its configuration folder a moment after it has changed.
  await delay(2_000);
  const names = Array.from({ length: MANY }, (_, i) => `many-${i}`);
  // Of two pairs, one across the nodes and one on one of them, by turns.
  const side = (i: number) => {
    if (i % 4 < 2) return i % 4 === 0 ? "left" : "right";
    return Math.floor(i / 4) % 2 === 0 ? "left" : "right";
  };
  const run = async (pods: object[]): Promise<number> => {
    const startedAt = performance.now();
    await cluster.apply(pods);
    await cluster.waitPodsReady(names, { withinSeconds: MANY_SECONDS });
    return (performance.now() - startedAt) / 1000;
  };
  const clear = () => cluster.kubectl(["delete", "pod", ...names, "--wait=true", `--timeout=${MANY_SECONDS}s`]);

  say(`${MANY} pods by the delegate`);
  const plain = await run(names.map((name, i) => busyboxPod({ name, node: side(i) })));
  say(`all Ready after ${plain.toFixed(1)} s`);
  await clear();
  say(`${MANY} pods with a link each`);
  const wired = names.map((name, i) => {
    if (i % 2 === 1) return busyboxPod({ name, node: side(i), labels: { ratchet: "true" } });
    return linkedPod(name, side(i), `10.8.${i}`, { pod: `many-${i + 1}`, interface: "in2" });
  });
  const startedAt = performance.now();
  const ready = await run(wired);
  await waitUntilSettled(ratchet.api, "default", MANY_SECONDS * 1000);
  const up = (performance.now() - startedAt) / 1000;
  const agent = ratchet.agent("right").pid;
  const figures: Figure[] = [
    {
      what: `${MANY} pods with a link each applied at once, all Ready`,
      value: ready,
      unit: "s",
      baseline: { what: "as many without", value: plain },
    },
    { what: "the same, all links up", value: up, unit: "s", baseline: { what: "as many pods without", value: plain } },
    ...(agent === undefined ? [] : [{ what: "agent of that node", value: residentMiB(agent), unit: "MiB" }]),
  ];
  await clear();
  return figures;
}

function linkedPod(name: string, node: string, network: string, peer: { pod: string; interface: string }): object {
  const link = {
    ...{ interface: "in1", addresses: [`${network}.1/24`] },
    peer: { ...peer, addresses: [`${network}.2/24`] },
  };
  const annotations = { "ratchet.network/links": JSON.stringify([link]) };
  return busyboxPod({ name, node, labels: { ratchet: "true" }, annotations });
}
