import { z } from "zod";
import { Name } from "../net/fields.js";

const percent = z.number().min(0).max(100);
/** An hour: longer is a cut. */
const milliseconds = z.number().min(0).max(3_600_000);

export const JITTER_DISTRIBUTIONS = ["uniform", "normal", "pareto", "paretonormal"] as const;
export const IMPAIRMENT_ENGINES = ["auto", "netem", "relay"] as const;

/** Losses in bursts: the two-state Markov chain of Gilbert and Elliott, as `tc netem loss gemodel` takes it. */
export const BurstLoss = z.strictObject({
  /** Chance per frame to go from the good state to the bad one. */
  pPercent: percent,
  /** Chance per frame to go back. */
  rPercent: percent,
  /** Loss in the bad state. */
  badLossPercent: percent.default(100),
  /** Loss in the good state. */
  goodLossPercent: percent.default(0),
});
export type BurstLoss = z.output<typeof BurstLoss>;

/** What one direction of a wire suffers. Absent or 0 means not at all. */
export const impairmentFields = {
  delayMs: milliseconds.optional(),
  jitterMs: milliseconds.optional(),
  jitterDistribution: z.enum(JITTER_DISTRIBUTIONS).optional(),
  /** How much a frame's delay follows the one before it. */
  delayCorrelationPercent: percent.optional(),
  lossPercent: percent.optional(),
  lossCorrelationPercent: percent.optional(),
  lossBurst: BurstLoss.optional(),
  duplicatePercent: percent.optional(),
  corruptPercent: percent.optional(),
  reorderPercent: percent.optional(),
  reorderCorrelationPercent: percent.optional(),
  /** Every n-th frame may overtake; netem's `gap`. */
  reorderGap: z.int().min(0).max(100_000).optional(),
  /** kilobits (1,000 bits) a second on the wire, Ethernet headers included. */
  rateKbit: z.int().min(0).max(1_000_000_000).optional(),
  /** bytes that may pass at once; computed from the rate unless given. */
  burstBytes: z.int().min(0).max(1_073_741_824).optional(),
  /** frames that may wait; computed from rate and delay unless given. */
  queueFrames: z.int().min(0).max(10_000_000).optional(),
  /** A black hole for larger frames: IP packets of more bytes than this vanish without an ICMP message. */
  mtu: z.int().min(0).max(65_535).optional(),
  /** Which engine; `auto` is netem where the kernel has it and relay elsewhere. */
  engine: z.enum(IMPAIRMENT_ENGINES).optional(),
} as const;

/** `POD`; `POD:INTERFACE` where both ends are one pod's; `*:INTERFACE` where labels choose the pod. */
export const ImpairmentFrom = z.union(
  [Name, z.string().regex(/^(\*|[a-z0-9-]+):[^/:%\s]{1,15}$/, { error: "must be POD, POD:INTERFACE or *:INTERFACE" })],
  { error: "must be POD, POD:INTERFACE or *:INTERFACE" },
);

type Fields = { [K in keyof typeof impairmentFields]?: z.output<(typeof impairmentFields)[K]> };

/** What needs another field to mean something. */
export function checkImpairment(value: Fields, ctx: z.RefinementCtx): void {
  const needs = (field: keyof Fields, other: keyof Fields) => {
    if (value[field] && !value[other]) {
      ctx.addIssue({ code: "custom", path: [field], message: `has no effect without ${other}` });
    }
  };
  needs("jitterDistribution", "jitterMs");
  needs("delayCorrelationPercent", "jitterMs");
  needs("lossCorrelationPercent", "lossPercent");
  needs("reorderCorrelationPercent", "reorderPercent");
  needs("reorderGap", "reorderPercent");
  needs("burstBytes", "rateKbit");
  // Frames overtake by not waiting: without a delay there is nothing to overtake.
  needs("reorderPercent", "delayMs");
  if (value.lossPercent && value.lossBurst) {
    ctx.addIssue({ code: "custom", path: ["lossBurst"], message: "cannot be combined with lossPercent" });
  }
}

/** What a direction suffers, without saying which direction. */
export const ImpairmentFields = z.strictObject(impairmentFields).superRefine(checkImpairment);
export type ImpairmentFields = z.output<typeof ImpairmentFields>;

/** One direction's impairment: of the frames that `from` sends. */
export const Impairment = z.strictObject({ from: ImpairmentFrom, ...impairmentFields }).superRefine(checkImpairment);
export type Impairment = z.output<typeof Impairment>;

/** What an agent has to bring about on one direction: everything that acts on it, combined. */
export const EffectiveImpairment = z.object({
  ...impairmentFields,
  /** Frames vanish while the carrier stays. */
  blackhole: z.boolean().optional(),
});
export type EffectiveImpairment = z.output<typeof EffectiveImpairment>;

/** Without what has no effect (0, false, absent); null when nothing is left. */
export function effectOf(impairment: EffectiveImpairment): EffectiveImpairment | null {
  const said = Object.entries(impairment).filter(([, value]) => value !== undefined && value !== 0 && value !== false);
  const effect = Object.fromEntries(said) as EffectiveImpairment;
  if (effect.jitterMs === undefined) {
    delete effect.jitterDistribution;
    delete effect.delayCorrelationPercent;
  }
  return Object.keys(effect).some((field) => field !== "engine") ? effect : null;
}

/** What an agent says of one direction that is impaired. */
export const ImpairmentReport = z.object({
  engine: z.enum(["netem", "relay", "none"]),
  /** pending: another is in force still; degraded: asked for, and traffic passes without it for the moment. */
  state: z.enum(["pending", "active", "degraded", "error"]),
  /** What is to be: the Link's own and the faults' together. */
  effective: EffectiveImpairment,
  /** What the kernel, or the relay, really has. */
  actual: EffectiveImpairment,
  message: z.string(),
});
export type ImpairmentReport = z.output<typeof ImpairmentReport>;

/**
 * Measured on the wire since what is in force last changed; null where it was not measured. An echo goes there and back
 * and cannot tell the directions apart: round trip and loss are of both together, rates of this one.
 */
export const MeasuredDirection = z.object({
  roundTripMs: z.number().nullable().meta({ description: "median of what echoes took lately, there and back" }),
  baseMs: z.number().nullable().meta({
    description: "the lowest round trip seen while nothing was impaired: what the way itself takes; null: not known",
  }),
  jitterMs: z.number().nullable().meta({ description: "mean difference between a round trip and the one before it" }),
  lossPercent: z.number().nullable().meta({ description: "of `echoes`" }),
  rateKbit: z.number().nullable().meta({ description: "the highest of this direction in the last minute" }),
  echoes: z.int().meta({ description: "sent, and answered or lost" }),
  at: z.iso.datetime(),
});
export type MeasuredDirection = z.output<typeof MeasuredDirection>;

/** One figure of a direction beside what it has to be to agree. */
export const Comparison = z.object({
  what: z.enum(["roundTripMs", "lossPercent", "rateKbit"]),
  asked: z.number().meta({ description: "of both directions together, but for a rate" }),
  least: z.number().nullable(),
  most: z.number().nullable(),
  measured: z.number(),
  agrees: z.boolean(),
});
export type Comparison = z.output<typeof Comparison>;

/** Asked beside measured, of one direction. */
export const ImpairmentStatus = z.object({
  from: z.string(),
  /** What the Link asks for; null when only faults act on this direction. */
  asked: ImpairmentFields.nullable(),
  /** With the faults that act on it. */
  effective: EffectiveImpairment.nullable(),
  engine: z.enum(["netem", "relay", "none"]).nullable(),
  state: z.enum(["pending", "active", "degraded", "error", "unknown"]),
  actual: EffectiveImpairment.nullable(),
  measured: MeasuredDirection.nullable(),
  /** Whether all that could be compared agrees; null while nothing could. */
  agrees: z.boolean().nullable(),
  /** What was compared, and within which bounds (docs/impairments.md). */
  compared: z.array(Comparison),
  message: z.string(),
});
export type ImpairmentStatus = z.output<typeof ImpairmentStatus>;
