import { type AssignedFault, chosenEnds, type FaultTarget, type Sender, sendersOf } from "@ratchet/contracts";
import type { ResolvedLink } from "../resolve/resolve-link.js";
import type { FaultRecord, LinkRecord, PodRecord } from "../state/records.js";

/** A fault as one node is told of it, without the times, which differ at every moment. */
export type TimelessFault = Omit<AssignedFault, "remainingMs" | "elapsedMs">;

/** What a fault acts on now. */
export interface FaultReach {
  /** store keys, by name */
  links: string[];
  byNode: Map<string, TimelessFault>;
}

/** What finding targets reads: of the fault's own namespace only. */
export interface ReachSources {
  /** Store keys of every link of the namespace. */
  links(): Iterable<string>;
  linksOfPod(podName: string): Iterable<string>;
  /** Undefined when there is none of that name. */
  linkKey(name: string): string | undefined;
  pod(name: string): PodRecord | undefined;
  /** Every pod of the namespace. */
  pods(): Iterable<{ pod: PodRecord; node: string | null }>;
  resolve(linkKey: string): ResolvedLink | undefined;
}

/** Finds a fault's links and tells each node its wires of them. Pure. */
export function reachOf(fault: FaultRecord, revision: number, sources: ReachSources): FaultReach {
  const links: string[] = [];
  const byNode = new Map<string, TimelessFault>();
  const { action, target } = fault.spec;
  if (action.type === "control-plane-cut") {
    const nodes = "node" in target ? [target.node] : "nodes" in target ? target.nodes : [];
    for (const node of nodes) byNode.set(node, timeless(fault, revision));
    return { links, byNode };
  }
  if (action.type === "pod-freeze") {
    for (const { pod, node } of sources.pods()) {
      if (node === null || !isFrozen(target, pod)) continue;
      const assigned = byNode.get(node) ?? timeless(fault, revision);
      assigned.podUids.push(pod.uid);
      byNode.set(node, assigned);
    }
    return { links, byNode };
  }
  const from = "from" in action ? action.from : undefined;
  for (const key of candidates(fault.spec.target, sources)) {
    const resolved = sources.resolve(key);
    if (resolved === undefined || !isStruck(fault.spec.target, resolved, sources)) continue;
    // Of several links, those that `from` has no end of are left alone.
    if (from !== undefined && sendersNow(resolved, from).length === 0) continue;
    links.push(key);
    if (resolved.obstacle !== undefined || resolved.transport === null) continue;
    const isLocal = resolved.transport === "veth";
    for (const node of new Set(resolved.ends.flatMap((end) => end.node ?? []))) {
      const directions = directionsOf(resolved, node, isLocal, from);
      if (directions === undefined) continue;
      const assigned = byNode.get(node) ?? timeless(fault, revision);
      assigned.wires.push({ linkUid: resolved.link.uid, ...directions });
      byNode.set(node, assigned);
    }
  }
  return { links: links.sort(), byNode };
}

/** Which of a node's directions it acts on: all of them, or those of what `from` sends. Undefined = none. */
function directionsOf(
  resolved: ResolvedLink,
  node: string,
  isLocal: boolean,
  from: string | undefined,
): { toPort: boolean; toPeer: boolean } | undefined {
  if (from === undefined) return { toPort: true, toPeer: isLocal };
  const senders = sendersNow(resolved, from);
  const near = resolved.ends.findIndex((end) => end.node === node) as Sender;
  const toPort = senders.includes((1 - near) as Sender);
  const toPeer = isLocal && senders.includes(near);
  return toPort || toPeer ? { toPort, toPeer } : undefined;
}

/** By the name of a chosen pod: as long as it is the one; by `*:INTERFACE`: whichever it is. */
function sendersNow({ link, ends }: ResolvedLink, from: string): Sender[] {
  const { endpoints } = link.spec;
  const named = sendersOf(endpoints, from);
  const pods = ends.map(({ end }) => end.pod);
  return named.length > 0 ? named : sendersOf(chosenEnds(endpoints, pods), from);
}

function timeless({ uid, namespace, name, spec }: FaultRecord, revision: number): TimelessFault {
  return { faultUid: uid, revision, namespace, name, action: spec.action, wires: [], podUids: [] };
}

/** Where looking is enough: everything, unless the target names its link or pod. */
function candidates(target: FaultTarget, sources: ReachSources): Iterable<string> {
  if ("link" in target) {
    const key = sources.linkKey(target.link);
    return key === undefined ? [] : [key];
  }
  return "pod" in target ? sources.linksOfPod(target.pod) : sources.links();
}

function isStruck(target: FaultTarget, resolved: ResolvedLink, sources: ReachSources): boolean {
  if ("link" in target || "pod" in target) return true;
  if ("linkLabels" in target) return hasLabels(resolved.link, target.linkLabels);
  const { ends, transport } = resolved;
  if ("podLabels" in target) return ends.some(({ pod }) => pod !== undefined && hasLabels(pod, target.podLabels));
  const nodes = ends.map(({ node }) => node);
  if ("node" in target) return nodes.includes(target.node) && (transport === "vxlan" || target.local === true);
  if ("nodes" in target) return target.nodes.every((node) => nodes.includes(node));
  const groupsOf =
    "nodeGroups" in target
      ? nodes.map((node) => target.nodeGroups.findIndex((group) => node !== null && group.includes(node)))
      : ends.map(({ end: { pod } }) =>
          pod === null ? -1 : target.groups.findIndex((group) => isInGroup(group, sources.pod(pod), pod)),
        );
  const [a = -1, b = -1] = groupsOf;
  return a >= 0 && b >= 0 && a !== b;
}

// Other pods' processes are their runtime's.
function isFrozen(target: FaultTarget, pod: PodRecord): boolean {
  if (pod.spec.sandbox === undefined || !("managed" in pod.spec.sandbox)) return false;
  if ("pod" in target) return pod.name === target.pod;
  return "podLabels" in target && hasLabels(pod, target.podLabels);
}

function isInGroup(
  { pods, podLabels }: { pods?: string[] | undefined; podLabels?: Record<string, string> | undefined },
  pod: PodRecord | undefined,
  name: string,
): boolean {
  if (pods?.includes(name)) return true;
  return podLabels !== undefined && pod !== undefined && hasLabels(pod, podLabels);
}

function hasLabels({ labels }: LinkRecord | PodRecord, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
