import type { Fault, Link, LinkPhase, Node, Pod, PodEndpoint, PodPhase } from "@ratchet/contracts";
import { fanLanes } from "./fan.js";
import { impairedWays, mainFigure } from "./impairment-text.js";
import { type LinkEnd, linkEnd } from "./link-end.js";
import { linkSource } from "./link-source.js";
import { measuredLabel } from "./measured-text.js";
import { type PodRole, roleOf } from "./role.js";
import { type FaultMark, type FaultMarks, faultMarks } from "./running-faults.js";
import { type WireState, wireState } from "./wire-state.js";

/** What the stream holds of one namespace. */
export interface Resources {
  nodes: ReadonlyMap<string, Node>;
  pods: ReadonlyMap<string, Pod>;
  links: ReadonlyMap<string, Link>;
  faults: ReadonlyMap<string, Fault>;
}

/** What the page knows beside the resources: nothing of it comes from the kernel. */
export interface Overlay {
  /** The stream is silent: nothing drawn may claim to be known. */
  isStale: boolean;
  /** ISO time of the last word while stale: nodes were there until then. */
  lastWord: string | null;
  /** Names of links and pods with an action of this page that the stream has not shown yet. */
  pendingLinks: ReadonlySet<string>;
  pendingPods: ReadonlySet<string>;
}

export interface BoxModel {
  id: string;
  name: string;
  isKnown: boolean;
  lastSeen: string | null;
  podCount: number;
  /** Running faults aimed at the node itself. */
  faults: readonly FaultMark[];
}

export interface PodModel {
  id: string;
  name: string;
  /** Id of the node's box, or null while the pod lies nowhere. */
  box: string | null;
  /** `Absent`: a link names it and nobody has made it yet. */
  phase: PodPhase | "Absent";
  isPending: boolean;
  /** Running faults aimed at the pod itself. */
  faults: readonly FaultMark[];
  role: PodRole;
  /** No pod: it stands for labels that have chosen none yet. */
  isPlaceholder: boolean;
  /** Size of its card in canvas units. */
  width: number;
  height: number;
}

export interface WireEnd {
  pod: string;
  /** `app=router`, where labels choose the pod; null where it is named. */
  selector: string | null;
  interface: string;
  addresses: string[];
  /** Null while nobody knows. */
  carrier: boolean | null;
}

export interface WireModel {
  id: string;
  uid: string;
  name: string;
  ends: [WireEnd, WireEnd];
  transport: "veth" | "vxlan" | null;
  vni: number | null;
  state: WireState;
  /** Somebody asked for it to be down. */
  isCut: boolean;
  phase: LinkPhase;
  /** Running faults that act on it, the one that ends first in front. */
  faults: readonly FaultMark[];
  /** What its directions suffer, in a few characters; empty when nothing. */
  figure: string;
  /** The round trip that is measured while it is impaired; empty when none is. */
  measured: string;
  /** Which of the parallel wires this is: -1.5, -0.5, 0.5, 1.5 for four of them. Measured from the lesser pod id. */
  lane: number;
  lanes: number;
  /** The Kubernetes pod it was written from, as `namespace/pod`; null: by hand. */
  owner: string | null;
  /** Why it is not up, in the agent's words; empty when it is. */
  message: string;
}

export interface GraphModel {
  boxes: Map<string, BoxModel>;
  pods: Map<string, PodModel>;
  wires: Map<string, WireModel>;
}

export const CARD_HEIGHT = 44;
const CARD_MIN_WIDTH = 104;
const CARD_MAX_WIDTH = 196;

/** Width of a pod's card: icon, name, state dot. */
export function cardWidth(name: string): number {
  return Math.min(CARD_MAX_WIDTH, Math.max(CARD_MIN_WIDTH, Math.round(70 + name.length * 7.9)));
}

export const podId = (name: string) => `pod/${name}`;
export const linkId = (name: string) => `link/${name}`;
export const nodeId = (name: string) => `node/${name}`;

/** Turns resources into what is drawn. Pure: the same resources give the same picture. */
export function buildModel(resources: Resources, overlay: Overlay): GraphModel {
  const boxes = new Map<string, BoxModel>();
  const pods = new Map<string, PodModel>();
  const wires = new Map<string, WireModel>();
  const marks = faultMarks(resources.faults);

  for (const node of resources.nodes.values()) {
    const id = nodeId(node.metadata.name);
    boxes.set(id, {
      id,
      name: node.metadata.name,
      isKnown: node.status.phase === "Ready" && !overlay.isStale,
      lastSeen: later(node.status.lastSeen, overlay.lastWord),
      podCount: 0,
      faults: marks.nodes.get(node.metadata.name) ?? [],
    });
  }
  for (const pod of resources.pods.values()) {
    const id = podId(pod.metadata.name);
    const box = pod.status.node === null ? undefined : boxes.get(nodeId(pod.status.node));
    if (box) box.podCount++;
    pods.set(id, {
      id,
      name: pod.metadata.name,
      box: box?.id ?? null,
      phase: overlay.isStale || box?.isKnown === false ? "Unknown" : pod.status.phase,
      isPending: overlay.pendingPods.has(pod.metadata.name),
      faults: marks.pods.get(pod.metadata.name) ?? [],
      role: roleOf(pod.metadata.labels),
      isPlaceholder: false,
      width: cardWidth(pod.metadata.name),
      height: CARD_HEIGHT,
    });
  }
  for (const link of resources.links.values()) {
    const wire = wireOf(link, overlay, marks);
    if (wire === undefined) continue;
    if (wire.ends.some((end) => isBlind(boxes, pods.get(end.pod)))) forget(wire);
    wires.set(wire.id, wire);
    for (const end of wire.ends) {
      if (!pods.has(end.pod)) pods.set(end.pod, absentPod(end));
    }
  }
  fanLanes(wires.values());
  return { boxes, pods, wires };
}

/** Its node is away: whatever was last said of it may be old. */
function isBlind(boxes: ReadonlyMap<string, BoxModel>, pod: PodModel | undefined): boolean {
  return pod !== undefined && pod.box !== null && boxes.get(pod.box)?.isKnown === false;
}

/** What looks whole is unknown while one end's node is away, whatever came in which order. */
function forget(wire: WireModel): void {
  if (wire.state !== "up" && wire.state !== "impaired" && wire.state !== "degraded") return;
  wire.state = "unknown";
  wire.phase = "Unknown";
}

/** The later of two ISO times. */
function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

function wireOf(link: Link, overlay: Overlay, marks: FaultMarks): WireModel | undefined {
  const [a, b] = [linkEnd(link, 0), linkEnd(link, 1)];
  if (a === undefined || b === undefined) return undefined;
  const end = ({ pod, selector, spec, addresses }: LinkEnd, index: number): WireEnd => ({
    pod: podId(pod),
    selector,
    interface: spec.interface,
    addresses,
    carrier: overlay.isStale ? null : (link.status.endpoints[index]?.carrier ?? null),
  });
  const figure = mainFigure(impairedWays(link));
  return {
    id: linkId(link.metadata.name),
    uid: link.metadata.uid,
    name: link.metadata.name,
    ends: [end(a, 0), end(b, 1)],
    transport: link.status.transport ?? (link.spec.transport === "auto" ? null : link.spec.transport),
    vni: link.status.vni,
    state: wireState(link, figure !== "", overlay.isStale, overlay.pendingLinks.has(link.metadata.name)),
    isCut: link.spec.state === "down",
    phase: overlay.isStale ? "Unknown" : link.status.phase,
    faults: marks.links.get(link.metadata.name) ?? [],
    figure,
    measured: overlay.isStale ? "" : measuredLabel(link),
    lane: 0,
    lanes: 1,
    owner: linkSource(link)?.owner ?? null,
    message: messageOf(link),
  };
}

function absentPod({ pod: id, selector }: WireEnd): PodModel {
  const name = id.slice("pod/".length);
  return {
    id,
    name,
    box: null,
    phase: "Absent",
    isPending: false,
    faults: [],
    role: "box",
    isPlaceholder: name === selector,
    width: cardWidth(name),
    height: CARD_HEIGHT,
  };
}

/** The first condition that is not as wished, or the first end that says why. */
function messageOf(link: Link): string {
  // That a cut wire is down needs no reason.
  if (link.status.phase === "Up" || (link.status.phase === "Down" && link.spec.state === "down")) return "";
  const condition = link.status.conditions.find((item) => item.status !== "True" && item.message !== "");
  return condition?.message ?? link.status.endpoints.find((end) => end.message !== "")?.message ?? "";
}

export function isPodEnd(end: Link["spec"]["endpoints"][number]): end is PodEndpoint {
  return "pod" in end;
}
