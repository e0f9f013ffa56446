import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { removeCniResults } from "./cni-results.js";
import { command } from "./command.js";
import { ControlGroup } from "./control-group.js";
import { endProcesses } from "./end-processes.js";
import { unmountBelow } from "./mounts.js";
import type { RunFolder } from "./run-folder.js";

const CONTAINER_LOGS = "/var/log/containers";

/**
 * Removes everything of a cluster, in whatever state it is: kubelets, so that nothing is started again; containers;
 * then shims and daemons; mounts; namespaces and bridge; the folder last, because it is what names the rest.
 */
export async function removeCluster({ mark, path }: RunFolder): Promise<void> {
  const group = new ControlGroup(mark);
  const isKubelet = (pid: number) => commandLine(pid).split("\0")[0]?.endsWith("/kubelet") === true;
  await endProcesses(() => group.pids().filter(isKubelet), mark);
  await endProcesses(() => group.pids().filter((pid) => !isDaemon(pid)), mark);
  await endProcesses(() => group.pids(), mark);
  removeShimSockets(path);
  await unmountBelow(path);
  removeContainerLogLinks(path);
  removeCniResults(path);
  await removeUnderlay(mark);
  group.remove();
  await rm(path, { recursive: true, force: true });
}

/** Ends what runs on one node and forgets what a boot forgets; its disk stays. */
export async function removeNodeRuntime({ mark, path }: RunFolder, node: string): Promise<void> {
  const group = new ControlGroup(mark);
  await endProcesses(() => group.pids(node), `${mark} ${node}`);
  await endProcesses(() => group.pids(`${node}-daemons`), `${mark} ${node}`);
  removeShimSockets(join(path, node));
  await unmountBelow(join(path, node));
  await rm(join(path, node, "run"), { recursive: true, force: true });
  group.remove(node);
  await removeNamespace(`${mark}.${node}`);
}

/** Control groups cannot tell: a container's process is in a group of a container, a daemon's in a `-daemons` one. */
function isDaemon(pid: number): boolean {
  try {
    return /-daemons$/m.test(readFileSync(`/proc/${pid}/cgroup`, "utf8"));
  } catch {
    return false;
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Shims listen in /run/containerd/s and remove that only when they are asked to end. */
function removeShimSockets(path: string): void {
  for (const name of readTree(path)) {
    if (!name.endsWith("/address")) continue;
    const socket = /^unix:\/\/(\/run\/containerd\/s\/[0-9a-f]+)$/.exec(readFileSync(name, "utf8").trim())?.[1];
    if (socket !== undefined) rmSync(socket, { force: true });
  }
}

/** Files of containerd's bundles below a cluster's or a node's folder. */
function readTree(path: string): string[] {
  const bundles = ["run", ...list(path).map((name) => `${name}/run`)]
    .map((name) => join(path, name, "containerd/io.containerd.runtime.v2.task/k8s.io"))
    .filter(existsSync);
  return bundles.flatMap((folder) =>
    list(folder)
      .map((id) => join(folder, id, "address"))
      .filter(existsSync),
  );
}

/** kubelet's links there lead to its pods' logs, wherever those are. */
function removeContainerLogLinks(path: string): void {
  for (const name of list(CONTAINER_LOGS)) {
    const link = join(CONTAINER_LOGS, name);
    if (lstatSync(link).isSymbolicLink() && readlinkSync(link).startsWith(`${path}/`)) rmSync(link, { force: true });
  }
}

async function removeUnderlay(mark: string): Promise<void> {
  for (const name of list("/run/netns").filter((name) => name.startsWith(`${mark}.`))) await removeNamespace(name);
  for (const name of list("/sys/class/net").filter((name) => name.startsWith(mark))) {
    // A cable goes with its other half.
    if (existsSync(`/sys/class/net/${name}`)) await command(["ip", "link", "delete", name]).catch(() => {});
  }
}

async function removeNamespace(name: string): Promise<void> {
  if (existsSync(`/run/netns/${name}`)) await command(["ip", "netns", "delete", name]);
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
