import type { FaultAction, FaultSpec, FaultTarget, ImpairmentFields, RAMP_FIELDS } from "@ratchet/contracts";
import { isImpairing } from "./impairment-text.js";

/** Where a fault was asked for: it decides what it may strike. */
export type FaultAim =
  | { kind: "links"; names: readonly string[] }
  | { kind: "pods"; names: readonly string[] }
  | { kind: "node"; name: string }
  /** Nothing in particular: the form asks. */
  | { kind: "namespace" };

export type FaultKind = "down" | "blackhole" | "flap" | "impair" | "ramp" | "partition" | "control-plane-cut";
export type RampField = (typeof RAMP_FIELDS)[number];

/** Which part of a namespace a fault without a particular aim strikes. */
export type FaultScope = "nodes" | "pods" | "labels";

/** What the form holds. */
export interface FaultDraft {
  kind: FaultKind;
  durationSeconds: number;
  reason: string;
  periodSeconds: number;
  downPercent: number;
  randomPercent: number;
  /** Frames vanish while the carrier stays. */
  isSilent: boolean;
  /** One direction only, of a link: the pod that sends, as the API names it; empty: both. */
  from: string;
  /** What a direction suffers. */
  impairment: ImpairmentFields;
  ramp: { field: RampField; start: number; end: number; overSeconds: number };
  /** Of a node: its local wires too, not only its tunnels. */
  isLocalToo: boolean;
  scope: FaultScope;
  /** One side of a partition: names of pods or nodes. The rest is the other. */
  side: readonly string[];
  /** `key=value, key=value` */
  labels: string;
}

export const NEW_DRAFT: FaultDraft = {
  kind: "down",
  durationSeconds: 30,
  reason: "",
  periodSeconds: 2,
  downPercent: 50,
  randomPercent: 0,
  isSilent: false,
  from: "",
  impairment: { delayMs: 100 },
  ramp: { field: "delayMs", start: 0, end: 200, overSeconds: 30 },
  isLocalToo: false,
  scope: "nodes",
  side: [],
  labels: "",
};

export const KIND_LABELS: Record<FaultKind, string> = {
  down: "Down",
  blackhole: "Black hole",
  flap: "Flap",
  impair: "Impair",
  ramp: "Ramp",
  partition: "Partition",
  "control-plane-cut": "Control plane",
};

const WIRE_KINDS: FaultKind[] = ["down", "blackhole", "flap", "impair", "ramp"];

/** What can be done to what was aimed at, the most usual first. */
export function kindsFor(aim: FaultAim, scope: FaultScope): FaultKind[] {
  if (aim.kind === "links") return WIRE_KINDS;
  if (aim.kind === "pods") return [...WIRE_KINDS, "partition"];
  if (aim.kind === "node") return [...WIRE_KINDS, "control-plane-cut"];
  return scope === "labels" ? WIRE_KINDS : ["partition"];
}

/** Names there are, for the other side of a partition. */
export interface FaultWorld {
  pods: readonly string[];
  nodes: readonly string[];
}

/** The faults a draft asks for, or what is missing in it. */
export function faultSpecs(
  draft: FaultDraft,
  aim: FaultAim,
  world: FaultWorld,
): { specs: FaultSpec[] } | { problem: string } {
  const targets = targetsOf(draft, aim, world);
  if ("problem" in targets) return targets;
  if (draft.kind === "impair" && !isImpairing(draft.impairment)) return { problem: "Say what it suffers" };
  const action = actionOf(draft, aim);
  const reason = draft.reason.trim();
  return {
    specs: targets.targets.map((target) => ({
      target,
      action,
      durationSeconds: draft.durationSeconds,
      ...(reason === "" ? {} : { reason }),
    })),
  };
}

function actionOf(draft: FaultDraft, aim: FaultAim): FaultAction {
  const { periodSeconds, downPercent, randomPercent, ramp } = draft;
  const mode = draft.isSilent ? "blackhole" : "down";
  // A direction is one of a particular wire.
  const from = aim.kind === "links" && aim.names.length === 1 && draft.from !== "" ? { from: draft.from } : {};
  switch (draft.kind) {
    case "down":
    case "control-plane-cut":
      return { type: draft.kind };
    case "blackhole":
      return { type: "blackhole", ...from };
    case "partition":
      return { type: "partition", mode };
    case "flap":
      return { type: "flap", periodSeconds, downPercent, randomPercent, seed: 1, mode };
    case "impair":
      return { type: "impair", ...from, impairment: draft.impairment };
    case "ramp": {
      const { field, start, end, overSeconds } = ramp;
      return { type: "ramp", ...from, start: { [field]: start }, end: { [field]: end }, overSeconds };
    }
  }
}

function targetsOf(
  draft: FaultDraft,
  aim: FaultAim,
  world: FaultWorld,
): { targets: FaultTarget[] } | { problem: string } {
  if (aim.kind === "links") return { targets: aim.names.map((link) => ({ link })) };
  if (aim.kind === "node") {
    const isWhole = draft.isLocalToo && draft.kind !== "control-plane-cut";
    return { targets: [{ node: aim.name, ...(isWhole ? { local: true } : {}) }] };
  }
  if (aim.kind === "pods" && draft.kind !== "partition") return { targets: aim.names.map((pod) => ({ pod })) };
  if (aim.kind === "namespace" && draft.scope === "labels") {
    const labels = parseLabels(draft.labels);
    return labels === undefined ? { problem: "Write labels as key=value" } : { targets: [{ linkLabels: labels }] };
  }
  const isOfNodes = aim.kind === "namespace" && draft.scope === "nodes";
  const side = aim.kind === "pods" ? aim.names : draft.side;
  const rest = (isOfNodes ? world.nodes : world.pods).filter((name) => !side.includes(name));
  const what = isOfNodes ? "node" : "pod";
  if (side.length === 0) return { problem: `Choose at least one ${what} for the one side` };
  if (rest.length === 0) return { problem: `Leave at least one ${what} for the other side` };
  return {
    targets: [isOfNodes ? { nodeGroups: [[...side], rest] } : { groups: [{ pods: [...side] }, { pods: rest }] }],
  };
}

/** `app=router, tier=core`; undefined when it is nothing of the kind. */
export function parseLabels(text: string): Record<string, string> | undefined {
  const pairs = text
    .split(/[\s,]+/)
    .filter((part) => part !== "")
    .map((part) => part.split("="));
  if (pairs.length === 0 || pairs.some(([key, value, ...more]) => !key || !value || more.length > 0)) return undefined;
  return Object.fromEntries(pairs as [string, string][]);
}

const NAME_MAX = 63;

/** A name that tells what it is, with a tail so that the next of its kind is another. */
export function faultName(spec: FaultSpec, random: () => number): string {
  const { target, action } = spec;
  const what = "link" in target ? target.link : "pod" in target ? target.pod : "node" in target ? target.node : "";
  const tail = Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, "0");
  const head = [action.type, what].filter((part) => part !== "").join("-");
  return `${head.slice(0, NAME_MAX - tail.length - 1).replace(/[^a-z0-9]+$/, "")}-${tail}`;
}
