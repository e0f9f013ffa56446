import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { DoctorReport } from "@ratchet/contracts";
import { waitUntilSettled } from "@ratchet/lab";
import { busyboxPod, cniStateOf, command, eventually, type KubeCluster, Random, Sandbox } from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { registrationsOf } from "./direct-plugin.js";
import { labelledPod, pairLabels, primaryLabels } from "./labelled-pair.js";
import { leasesOf, WiredCluster } from "./wired-cluster.js";

// Everything that takes part in a pod's start is killed at random moments while pods come and go. The seed decides what
// and when; RATCHET_TEST_SEED repeats a run.

const SEED = process.env.RATCHET_TEST_SEED ?? String(Date.now());
const ROUNDS = Number(process.env.RATCHET_TEST_ROUNDS ?? 10);
const SETTLE_MS = 240_000;

let wired: WiredCluster;
let cluster: KubeCluster;

beforeAll(async () => {
  wired = await WiredCluster.start();
  ({ cluster } = wired);
});
afterAll(() => wired?.end());

/** Two pairs, one of them across the nodes, and a pod that is not Ratchet's on each node. */
const MANIFESTS: Record<string, object> = {
  "near-a": labelledPod("near-a", "left", primaryLabels("near-a", "near-b", "192.168.11")),
  "near-b": labelledPod("near-b", "left", pairLabels("near-b")),
  "far-a": labelledPod("far-a", "left", primaryLabels("far-a", "far-b", "192.168.12")),
  "far-b": labelledPod("far-b", "right", pairLabels("far-b")),
  "plain-left": busyboxPod({ name: "plain-left", node: "left" }),
  "plain-right": busyboxPod({ name: "plain-right", node: "right" }),
};
const NAMES = Object.keys(MANIFESTS);

/** Kills one of them with -9 and has it back. */
const KILLS: Record<string, () => Promise<void>> = {
  "agent left": () => wired.ratchet.agent("left").kill(),
  "agent right": () => wired.ratchet.agent("right").kill(),
  "Ratchet's API": () => wired.ratchet.control.kill(),
  "kubelet left": () => cluster.node("left").kubelet.restart(),
  "kubelet right": () => cluster.node("right").kubelet.restart(),
  "containerd left": () => cluster.node("left").containerd.restart(),
  "containerd right": () => cluster.node("right").containerd.restart(),
  "kube-apiserver": () => cluster.controlPlane["kube-apiserver"].restart(),
};

test(`whatever is killed while pods come and go, everything converges and nothing leaks (RATCHET_TEST_SEED=${SEED})`, async () => {
  const random = new Random(SEED);
  await converge();
  const story: string[] = [];
  // Each is killed once, in an order of the seed's; more rounds go on at random.
  const order = random.pickSome(Object.keys(KILLS), ROUNDS);
  while (order.length < ROUNDS) order.push(random.pick(Object.keys(KILLS)));
  for (const victim of order) {
    const pod = random.pick(NAMES);
    const waitMs = random.int(600);
    story.push(`${pod} is made again, ${waitMs} ms later ${victim} is killed`);
    const making = makeAgain(pod);
    await delay(waitMs);
    await KILLS[victim]!();
    await making;
  }
  try {
    await converge();
  } catch (error) {
    (error as Error).message += `\nafter: ${story.join("; ")}`;
    throw error;
  }
}, 1_200_000);

test("a node that reboots gets its pods and their wires back", async () => {
  await converge();
  const right = new Sandbox(await cluster.podNetns("far-b"));
  const before = await right.link("in2");
  await wired.ratchet.agent("left").kill({ restart: false });
  const panel = wired.ratchet.panelOf(cluster.node("left"));
  await cluster.reboot("left", async () => void (await command(["ip", "netns", "delete", panel])));
  await wired.ratchet.agent("left").start();
  await converge();
  // The survivor's interface on the other node is the one it was.
  const after = await right.link("in2");
  expect([after.ifindex, after.address]).toEqual([before.ifindex, before.address]);
}, 600_000);

test("once the pods are deleted, nothing is left of them anywhere", async () => {
  await cluster.kubectl(["delete", "pod", ...NAMES, "--wait=true", "--timeout=240s"]);
  for (const node of cluster.nodes) {
    const panel = new Sandbox(`/run/netns/${wired.ratchet.panelOf(node)}`);
    await eventually(
      async () => {
        expect((await panel.links()).map(({ ifname }) => ifname)).toEqual(["lo"]);
        const own = await new Sandbox(node.netnsPath).links();
        expect(own.map(({ ifname }) => ifname).sort()).toEqual(["eth0", "lo"]);
        expect(leasesOf(node)).toEqual([]);
        for (const folder of ["attachments", "pending-del"]) {
          expect(namesIn(join(cniStateOf(node), folder)), folder).toEqual([]);
        }
        expect(registrationsOf(cluster, node)).toEqual([]);
      },
      { withinMs: 120_000, everyMs: 200 },
    );
  }
  await eventually(
    async () => {
      const { pods, links } = await wired.ratchet.api.topology();
      expect({ pods, links }).toEqual({ pods: [], links: [] });
    },
    { withinMs: 120_000, everyMs: 200 },
  );
  await nothingIsAmiss();
}, 600_000);

/** All pods there and Ready, all links up, and the wires carry. */
async function converge(): Promise<void> {
  await cluster.waitNodesReady();
  await retried(() => cluster.apply(Object.values(MANIFESTS)));
  await retried(() => cluster.waitPodsReady(NAMES, { withinSeconds: SETTLE_MS / 1000 }));
  // Killed a moment ago, it may be on its way back.
  await eventually(() => wired.ratchet.api.topology(), { withinMs: SETTLE_MS, everyMs: 100 });
  await waitUntilSettled(wired.ratchet.api, "default", SETTLE_MS);
  for (const [pod, address] of [
    ["near-a", "192.168.11.101"],
    ["far-a", "192.168.12.101"],
  ] as const) {
    await eventually(
      async () => {
        const sandbox = new Sandbox(await cluster.podNetns(pod));
        expect(await sandbox.ping(address)).toMatchObject({ received: 3, ttl: 64 });
      },
      { withinMs: 120_000, everyMs: 200 },
    );
  }
  await nothingIsAmiss();
}

/** No VNI, no port and no address that is kept for nobody, and every kernel as its agent was told. */
async function nothingIsAmiss(): Promise<void> {
  await eventually(
    async () => {
      const { nodes, findings } = await wired.ratchet.api.request<DoctorReport>("GET", "/api/v1/doctor");
      expect({ nodes, findings }).toEqual({ nodes: ["left", "right"], findings: [] });
    },
    { withinMs: 120_000, everyMs: 200 },
  );
}

async function makeAgain(pod: string): Promise<void> {
  await retried(() => cluster.kubectl(["delete", "pod", pod, "--ignore-not-found", "--wait=true", "--timeout=150s"]));
  await retried(() => cluster.apply(MANIFESTS[pod]!));
}

/** kubectl does not try again while the API server is away. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let left = 120; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 0) throw error;
      await delay(500);
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
