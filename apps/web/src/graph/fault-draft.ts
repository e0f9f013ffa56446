import type { FaultAction, FaultSpec, FaultTarget } from "@ratchet/contracts";

/** Where a fault was asked for: it decides what it may strike. */
export type FaultAim =
  | { kind: "links"; names: readonly string[] }
  | { kind: "pods"; names: readonly string[] }
  | { kind: "node"; name: string }
  /** Nothing in particular: the form asks. */
  | { kind: "namespace" };

export type FaultKind = "down" | "flap" | "partition" | "control-plane-cut";

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
  isLocalToo: false,
  scope: "nodes",
  side: [],
  labels: "",
};

export const KIND_LABELS: Record<FaultKind, string> = {
  down: "Down",
  flap: "Flap",
  partition: "Partition",
  "control-plane-cut": "Control plane",
};

/** What can be done to what was aimed at, the most usual first. */
export function kindsFor(aim: FaultAim, scope: FaultScope): FaultKind[] {
  if (aim.kind === "links") return ["down", "flap"];
  if (aim.kind === "pods") return ["down", "flap", "partition"];
  if (aim.kind === "node") return ["down", "flap", "control-plane-cut"];
  return scope === "labels" ? ["down", "flap"] : ["partition"];
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
  const action = actionOf(draft);
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

function actionOf(draft: FaultDraft): FaultAction {
  if (draft.kind === "control-plane-cut") return { type: "control-plane-cut" };
  if (draft.kind === "partition") return { type: "partition", mode: "down" };
  if (draft.kind === "down") return { type: "down" };
  const { periodSeconds, downPercent, randomPercent } = draft;
  return { type: "flap", periodSeconds, downPercent, randomPercent, seed: 1, mode: "down" };
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
