import { keys, labelsText, type PodEndpoint } from "@ratchet/contracts";
import type { z } from "zod";
import type { ChoiceRecord, LinkRecord, NodeRecord, PodRecord, VniRecord } from "../state/records.js";
import { tunnelMtuBytes } from "./mtu.js";

export type PodEnd = z.output<typeof PodEndpoint>;

/** One end with what is known of where it is. */
export interface ResolvedEnd {
  /** `pod` is null while the end's selector has chosen none. */
  end: Omit<PodEnd, "pod"> & { pod: string | null };
  /** Why its selector chose none, or kept an older one; empty otherwise. */
  message: string;
  /** The pod that should have been chosen cannot be had. */
  isRefused: boolean;
  podKey: string;
  pod: PodRecord | undefined;
  node: string | null;
}

/** Why a link cannot be wired, or not yet. `terminal`: only another intent can mend it. */
export interface Obstacle {
  reason:
    | "PodMissing"
    | "PodNotChosen"
    | "SelectorConflict"
    | "NodeMissing"
    | "NodeUnknown"
    | "TransportImpossible"
    | "MtuTooLarge"
    | "VniPending";
  message: string;
  isTerminal: boolean;
}

export interface ResolvedLink {
  link: LinkRecord;
  revision: number;
  ends: [ResolvedEnd, ResolvedEnd];
  mtuBytes: number;
  transport: "veth" | "vxlan" | null;
  vni: number | null;
  obstacle: Obstacle | undefined;
}

/** What resolving reads; the mirror in the API, plain objects in tests. */
export interface ResolveSources {
  pod(key: string): PodRecord | undefined;
  nodeOf(podKey: string): string | null;
  node(name: string): NodeRecord | undefined;
  usedVni(linkUid: string): VniRecord | undefined;
  /** The link's ends with the addresses that were chosen for it; default: as they are in its spec. */
  endsOf?(link: LinkRecord): LinkRecord["spec"]["endpoints"];
  /** Whether every VNI is taken. */
  isVniPoolFull?(): boolean;
  choice(link: LinkRecord): ChoiceRecord | undefined;
  defaultMtuBytes: number;
}

/** Finds out where a link's ends are and what kind of wire they need. Pure. */
export function resolveLink(link: LinkRecord, revision: number, sources: ResolveSources): ResolvedLink {
  const choice = sources.choice(link);
  const ends = (sources.endsOf?.(link) ?? link.spec.endpoints).map((end, index): ResolvedEnd => {
    if ("pod" in end) return placed(link, end, "", sources);
    if (!("podSelector" in end))
      throw new Error(`link ${link.name} has an end that is not built: ${JSON.stringify(end)}`);
    const { podSelector, ...rest } = end;
    const chosen = choice?.linkUid === link.uid ? choice.ends[index] : undefined;
    const refusal = chosen?.refusal ?? "";
    if (chosen?.pod != null) return placed(link, { ...rest, pod: chosen.pod }, refusal, sources);
    const message = refusal === "" ? noneReady(podSelector) : refusal;
    return { end: { ...rest, pod: null }, message, isRefused: refusal !== "", podKey: "", pod: undefined, node: null };
  }) as [ResolvedEnd, ResolvedEnd];
  const [a, b] = ends;
  const isPlaced = a.node !== null && b.node !== null;
  const transport = isPlaced ? (a.node === b.node ? "veth" : "vxlan") : null;
  const vni = transport === "vxlan" ? (sources.usedVni(link.uid)?.vni ?? null) : null;
  const mtuBytes = link.spec.mtu ?? sources.defaultMtuBytes;
  const resolved = { link, revision, ends, mtuBytes, transport, vni } satisfies Omit<ResolvedLink, "obstacle">;
  return { ...resolved, obstacle: obstacleOf(resolved, sources) };
}

function placed(link: LinkRecord, end: PodEnd, message: string, sources: ResolveSources): ResolvedEnd {
  const podKey = keys.pod(link.namespace, end.pod);
  return { end, message, isRefused: message !== "", podKey, pod: sources.pod(podKey), node: sources.nodeOf(podKey) };
}

function noneReady(selector: Readonly<Record<string, string>>): string {
  const labels = labelsText(selector);
  return labels === "" ? "there is no ready pod yet" : `there is no ready pod with ${labels} yet`;
}

function obstacleOf(resolved: Omit<ResolvedLink, "obstacle">, sources: ResolveSources): Obstacle | undefined {
  const { link, ends, transport, vni, mtuBytes } = resolved;
  for (const { end, message, isRefused, pod, node } of ends) {
    if (end.pod === null) {
      return isRefused ? terminal("SelectorConflict", message) : wait("PodNotChosen", message);
    }
    if (pod === undefined) return wait("PodMissing", `there is no pod ${end.pod} yet`);
    if (node === null) return wait("NodeMissing", `pod ${end.pod} is on no node yet`);
  }
  const asked = link.spec.transport;
  const [a, b] = ends;
  if (asked === "vxlan" && transport === "veth") {
    return terminal(
      "TransportImpossible",
      `both pods are on node ${a.node}: a tunnel needs two nodes, set transport to auto`,
    );
  }
  if (asked === "veth" && transport === "vxlan") {
    return terminal(
      "TransportImpossible",
      `the pods are on nodes ${a.node} and ${b.node}: a veth needs one, set transport to auto`,
    );
  }
  if (transport !== "vxlan") return undefined;
  for (const { node } of ends) {
    const record = sources.node(node ?? "");
    if (record === undefined) return wait("NodeUnknown", `the agent of node ${node} has never connected`);
    const carried = tunnelMtuBytes(record.spec);
    if (mtuBytes > carried) {
      return terminal(
        "MtuTooLarge",
        `${mtuBytes} bytes are asked for, node ${node} carries ${carried}: lower spec.mtu`,
      );
    }
  }
  if (vni !== null) return undefined;
  const message = sources.isVniPoolFull?.()
    ? "every VNI of the installation's range is in use: delete a link, or widen the range (--vni-range)"
    : "a VNI is being allocated";
  return wait("VniPending", message);
}

function wait(reason: Obstacle["reason"], message: string): Obstacle {
  return { reason, message, isTerminal: false };
}

function terminal(reason: Obstacle["reason"], message: string): Obstacle {
  return { reason, message, isTerminal: true };
}
