import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { busyboxPod, clusterLeftovers, type KubeCluster, startKubeCluster, sweepKubeClusters } from "./index.js";

const NOTHING = { processes: [], namespaces: [], interfaces: [], mounts: [], groups: [], folder: [], cniResults: [] };
const BUILT = fileURLToPath(new URL("../dist/index.js", import.meta.url));

let cluster: KubeCluster;

beforeAll(async () => {
  cluster = await startKubeCluster();
});

afterAll(async () => {
  await cluster?.stop();
  if (cluster !== undefined) expect(clusterLeftovers(cluster)).toEqual(NOTHING);
});

/** Devices of a node beside its own two, addresses still leased, and pods' namespaces still mounted. */
async function podLeftovers(name: string): Promise<string[]> {
  const node = cluster.node(name);
  const links = JSON.parse(await node.exec("ip", "-j", "link", "show")) as { ifname: string }[];
  const leases = existsSync(`${node.cniDataDir}/plain`) ? readdirSync(`${node.cniDataDir}/plain`) : [];
  return [
    ...links.map((link) => link.ifname).filter((ifName) => ifName !== "lo" && ifName !== "eth0"),
    ...leases.filter((file) => /^\d/.test(file)),
    ...clusterLeftovers(cluster).mounts.filter((path) => path.startsWith(`${node.runDir}/`)),
  ];
}

async function restartsOf(pod: string): Promise<string> {
  return cluster.kubectl(["get", "pod", pod, "-o", "jsonpath={.status.containerStatuses[0].restartCount}"]);
}

test("pods come up on both nodes with an address of their node, and leave nothing", async () => {
  await cluster.apply([
    busyboxPod({ name: "on-left", nodeSelector: { ratchetside: "left" } }),
    busyboxPod({ name: "on-right", nodeSelector: { ratchetside: "right" } }),
  ]);
  await cluster.waitPodsReady(["on-left", "on-right"]);
  for (const side of ["left", "right"]) {
    const range = cluster.node(side).vtep.split(".").at(-1);
    const seen = await cluster.kubectl(["exec", `on-${side}`, "--", "ip", "-4", "address", "show", "eth0"]);
    expect(seen).toContain(`inet 10.214.${range}.`);
    expect(await cluster.execInPodNetns(`on-${side}`, ["ip", "-4", "address", "show", "eth0"])).toContain(
      `inet 10.214.${range}.`,
    );
  }
  await cluster.kubectl(["delete", "pod", "on-left", "on-right"]);
  for (const side of ["left", "right"]) expect(await podLeftovers(side)).toEqual([]);
});

test("a scheduler that ends by itself is started again, one that was killed on purpose is not", async () => {
  const scheduler = cluster.controlPlane["kube-scheduler"];
  const before = scheduler.pid as number;
  process.kill(before, "SIGKILL");
  await expect.poll(() => scheduler.pid !== undefined && scheduler.pid !== before, { timeout: 60_000 }).toBe(true);
  await scheduler.kill();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(scheduler.isRunning).toBe(false);
  await scheduler.start();
});

test("a pod lives through kill -9 of every process of the cluster, and the next one comes up", async () => {
  await cluster.apply(busyboxPod({ name: "survivor", node: "left" }));
  await cluster.waitPodsReady(["survivor"]);
  const daemons = [
    ...Object.values(cluster.controlPlane),
    ...cluster.nodes.flatMap((node) => [node.kubelet, node.containerd]),
  ];
  expect(daemons).toHaveLength(8);
  for (const daemon of daemons) {
    const before = daemon.pid;
    await daemon.kill();
    expect(daemon.isRunning, daemon.name).toBe(false);
    await daemon.start();
    expect(daemon.pid, daemon.name).not.toBe(before);
  }
  await cluster.waitNodesReady();
  await cluster.apply([
    busyboxPod({ name: "next-left", node: "left" }),
    busyboxPod({ name: "next-right", node: "right" }),
  ]);
  await cluster.waitPodsReady(["survivor", "next-left", "next-right"]);
  expect(await restartsOf("survivor")).toBe("0");
  await cluster.kubectl(["delete", "pod", "survivor", "next-left", "next-right"]);
  for (const side of ["left", "right"]) expect(await podLeftovers(side)).toEqual([]);
});

test("a node that reboots starts its pods again and keeps nothing of their old sandboxes", async () => {
  await cluster.apply([busyboxPod({ name: "rebooted", node: "left" }), busyboxPod({ name: "beside", node: "right" })]);
  await cluster.waitPodsReady(["rebooted", "beside"]);
  let whileOff: unknown;
  await cluster.reboot("left", async () => {
    whileOff = {
      namespace: existsSync(cluster.node("left").netnsPath),
      mounts: clusterLeftovers(cluster).mounts.filter((path) => path.startsWith(`${cluster.node("left").runDir}/`)),
      processes: clusterLeftovers(cluster).processes.length > 0,
    };
  });
  // The other node's and the control plane's processes went on.
  expect(whileOff).toEqual({ namespace: false, mounts: [], processes: true });
  await expect.poll(() => restartsOf("rebooted"), { timeout: 180_000, interval: 200 }).toBe("1");
  await cluster.waitPodsReady(["rebooted", "beside"]);
  expect(await restartsOf("beside")).toBe("0");
  await cluster.kubectl(["delete", "pod", "rebooted", "beside"]);
  for (const side of ["left", "right"]) expect(await podLeftovers(side)).toEqual([]);
});

test("Ratchet's parts may do what they need in the cluster, and no more", async () => {
  const may = async (who: string, verb: string, what: string) => {
    const { stdout } = await cluster.kubectlResult([`--kubeconfig=${who}`, "auth", "can-i", verb, ...what.split(" ")]);
    return stdout.trim() === "yes";
  };
  const { agent, shim } = cluster.node("left").kubeconfigs;
  const { controlPlane } = cluster.kubeconfigs;
  expect(await may(agent, "watch", "pods")).toBe(true);
  expect(await may(agent, "delete", "pods")).toBe(false);
  expect(await may(agent, "get", "secrets")).toBe(false);
  expect(await may(shim, "get", "pods")).toBe(true);
  expect(await may(shim, "list", "pods")).toBe(false);
  expect(await may(controlPlane, "watch", "pods")).toBe(true);
  expect(await may(controlPlane, "patch", "pods --subresource=status")).toBe(true);
  expect(await may(controlPlane, "create", "events")).toBe(true);
  expect(await may(controlPlane, "create", "pods")).toBe(false);
});

test("what a killed process left is swept, containers too, and a living cluster is not touched", async () => {
  const { child, mark, path } = await startInAnotherProcess();
  try {
    expect(clusterLeftovers({ mark, path }).processes.length).toBeGreaterThan(8);
    const swept = await sweepKubeClusters();
    expect(swept).not.toContain(mark);
    expect(swept).not.toContain(cluster.mark);
  } finally {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
  // Containers and their shims outlive whoever started them.
  expect(clusterLeftovers({ mark, path }).processes.length).toBeGreaterThan(0);
  expect(await sweepKubeClusters()).toContain(mark);
  expect(clusterLeftovers({ mark, path })).toEqual(NOTHING);
  await cluster.waitNodesReady();
});

async function startInAnotherProcess(): Promise<{ child: ChildProcess; mark: string; path: string }> {
  const program = `
    const { busyboxPod, startKubeCluster } = await import(${JSON.stringify(BUILT)});
    const cluster = await startKubeCluster({ nodes: ["left"] });
    await cluster.apply(busyboxPod({ name: "orphan", node: "left" }));
    await cluster.waitPodsReady(["orphan"]);
    console.log(JSON.stringify({ mark: cluster.mark, path: cluster.path }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout! })) return { child, ...JSON.parse(line) };
  throw new Error("the other process made no cluster");
}
