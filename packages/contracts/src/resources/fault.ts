import { z } from "zod";
import { Name } from "../net/fields.js";
import { Condition } from "./condition.js";
import { ImpairmentFields, ImpairmentFrom, impairmentFields } from "./impairment.js";
import { API_VERSION, Labels, Metadata, MetadataInput, serverOwned } from "./metadata.js";

/** A month; for longer, change the Link itself. */
export const FAULT_MAX_SECONDS = 2_592_000;

/** Pods by name or by label. */
export const PodGroup = z
  .strictObject({ pods: z.array(Name).max(5000).optional(), podLabels: Labels.optional() })
  .refine((group) => group.pods !== undefined || group.podLabels !== undefined, {
    error: "must name pods or podLabels",
  });
export type PodGroup = z.output<typeof PodGroup>;

/** What a fault strikes. Exactly one form. */
export const FaultTarget = z.union(
  [
    z.strictObject({ link: Name }),
    z.strictObject({ linkLabels: Labels }),
    /** Every link of the pod. */
    z.strictObject({ pod: Name }),
    z.strictObject({ podLabels: Labels }),
    /** Every tunnel of the node, and with `local` its local wires too. */
    z.strictObject({ node: Name, local: z.boolean().optional() }),
    /** Every tunnel between the two. */
    z.strictObject({ nodes: z.array(Name).length(2) }),
    /** For `partition`: links between different groups. */
    z.strictObject({ groups: z.array(PodGroup).min(2).max(64) }),
    z.strictObject({ nodeGroups: z.array(z.array(Name).min(1).max(1000)).min(2).max(64) }),
  ],
  {
    error:
      "must be one of {link}, {linkLabels}, {pod}, {podLabels}, {node}, {nodes: [a, b]}, {groups: [...]}, {nodeGroups: [...]}",
  },
);
export type FaultTarget = z.output<typeof FaultTarget>;

/** One direction only: of frames that this pod sends. Both when absent. */
const from = ImpairmentFrom.optional();
const seconds = z.number().min(0.05).max(FAULT_MAX_SECONDS);

/** The numbers a ramp can move. */
export const RAMP_FIELDS = [
  "delayMs",
  "jitterMs",
  "lossPercent",
  "duplicatePercent",
  "corruptPercent",
  "rateKbit",
] as const;
const rampEnd = z.strictObject({
  delayMs: impairmentFields.delayMs,
  jitterMs: impairmentFields.jitterMs,
  lossPercent: impairmentFields.lossPercent,
  duplicatePercent: impairmentFields.duplicatePercent,
  corruptPercent: impairmentFields.corruptPercent,
  rateKbit: impairmentFields.rateKbit,
});

/** What happens to it. */
export const FaultAction = z.discriminatedUnion("type", [
  /** The carrier is lost at both ends. */
  z.strictObject({ type: z.literal("down") }),
  /** Frames vanish, the carrier stays; one way with `from`. */
  z.strictObject({ type: z.literal("blackhole"), from }),
  z.strictObject({
    type: z.literal("flap"),
    periodSeconds: seconds,
    /** Part of each period that the wire is down. */
    downPercent: z.number().min(1).max(99).default(50),
    /** Ends after so many cycles, if the deadline has not come before. */
    count: z.int().min(1).max(1_000_000).optional(),
    /** Each phase is longer or shorter by up to so much, drawn from `seed`. */
    randomPercent: z.number().min(0).max(90).default(0),
    seed: z.int().min(0).max(4_294_967_295).default(1),
    /** What a cycle does: lose the carrier, or swallow frames. */
    mode: z.enum(["down", "blackhole"]).default("down"),
  }),
  z.strictObject({ type: z.literal("partition"), mode: z.enum(["down", "blackhole"]).default("down") }),
  z.strictObject({ type: z.literal("impair"), from, impairment: ImpairmentFields }),
  z.strictObject({
    type: z.literal("ramp"),
    from,
    start: rampEnd,
    end: rampEnd,
    /** From start to end; then the end holds until the fault ends. */
    overSeconds: seconds,
  }),
  /** Managed pods: every process in the pod is stopped (SIGSTOP), and goes on at the end. */
  z.strictObject({ type: z.literal("pod-freeze") }),
  /** The agents of the target nodes lose the control plane. */
  z.strictObject({ type: z.literal("control-plane-cut") }),
]);
export type FaultAction = z.output<typeof FaultAction>;

export const FaultSpec = z.strictObject({
  target: FaultTarget,
  action: FaultAction,
  /** It ends by itself then. */
  durationSeconds: seconds,
  /** For the people who read the history. */
  reason: z.string().max(1000).optional(),
});
export type FaultSpec = z.output<typeof FaultSpec>;

export const FAULT_PHASES = ["Pending", "Active", "Ended", "Error", "Unknown"] as const;
export const FAULT_ENDINGS = ["deadline", "healed", "deleted", "completed", "cancelled"] as const;

export const FaultStatus = z.object({
  phase: z.enum(FAULT_PHASES),
  /** Who asked for it. */
  by: z.string(),
  startedAt: z.string().nullable(),
  /** When it ends by itself. */
  endsAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  ended: z.enum(FAULT_ENDINGS).nullable(),
  /** Links it acts on, by name. */
  links: z.array(z.string()),
  pods: z.array(z.string()),
  nodes: z.array(
    z.object({ node: z.string(), phase: z.enum(FAULT_PHASES), cycles: z.int().nullable(), message: z.string() }),
  ),
  conditions: z.array(Condition),
});
export type FaultStatus = z.output<typeof FaultStatus>;

export const FaultInput = z.strictObject({
  apiVersion: z.literal(API_VERSION).optional(),
  kind: z.literal("Fault").optional(),
  metadata: MetadataInput,
  spec: FaultSpec,
  status: serverOwned,
});
export type FaultInput = z.output<typeof FaultInput>;

export const Fault = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("Fault"),
  metadata: Metadata,
  spec: FaultSpec,
  status: FaultStatus,
});
export type Fault = z.output<typeof Fault>;
