import { existsSync, readdirSync } from "node:fs";
import { cniResultsBelow } from "./cni-results.js";
import { ControlGroup } from "./control-group.js";
import { mountsBelow } from "./mounts.js";
import { removeCluster } from "./remove-cluster.js";
import { orphanedRunFolders, type RunFolder } from "./run-folder.js";

/** Removes what clusters left whose process was killed; answers their marks. */
export async function sweepKubeClusters(): Promise<string[]> {
  const orphans = orphanedRunFolders();
  for (const orphan of orphans) await removeCluster(orphan);
  return orphans.map((orphan) => orphan.mark);
}

export interface ClusterLeftovers {
  processes: number[];
  namespaces: string[];
  interfaces: string[];
  mounts: string[];
  /** Control groups. */
  groups: string[];
  folder: string[];
  /** What containerd's CNI library remembers of its sandboxes. */
  cniResults: string[];
}

/** What there is of a cluster on this host; everything empty after its end. */
export function clusterLeftovers({ mark, path }: RunFolder): ClusterLeftovers {
  const marked = (folder: string) => readdirSync(folder).filter((name) => name.startsWith(mark));
  return {
    processes: new ControlGroup(mark).pids(),
    namespaces: existsSync("/run/netns") ? marked("/run/netns") : [],
    interfaces: marked("/sys/class/net"),
    mounts: mountsBelow(path),
    groups: new ControlGroup(mark).groups(),
    folder: existsSync(path) ? [path] : [],
    cniResults: cniResultsBelow(path),
  };
}
