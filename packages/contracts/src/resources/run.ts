import { z } from "zod";
import { Name } from "../net/fields.js";
import { API_VERSION, Metadata, MetadataInput, serverOwned } from "./metadata.js";
import { ScenarioSpec, SEED_MAX } from "./scenario.js";
import { SECTIONS } from "./scenario-references.js";

/** On what a run makes: its name. */
export const RUN_LABEL = "ratchet.network/run";
/** On a run: its scenario. */
export const SCENARIO_LABEL = "ratchet.network/scenario";

export const RUN_PHASES = ["Pending", "Running", "TearingDown", "Passed", "Failed", "Cancelled"] as const;
export type RunPhase = (typeof RUN_PHASES)[number];
/** Nothing happens in them any more. */
export const FINAL_RUN_PHASES: readonly RunPhase[] = ["Passed", "Failed", "Cancelled"];

/** Why it ended as it did; empty when it passed. Interrupted: the control plane that ran it died. */
export const RUN_REASONS = ["", "StepFailed", "Deadline", "Interrupted", "Cancelled", "TeardownFailed"] as const;

export const STEP_STATES = ["pending", "running", "passed", "failed", "skipped", "cancelled"] as const;

/** Times are ms since the run's `startedAt`, on a clock nobody sets. */
const atMs = z.number();

export const RunStep = z.object({
  /** Its place in the scenario, as `steps[2].parallel[0][1]`. */
  id: z.string(),
  section: z.enum(SECTIONS),
  kind: z.string(),
  name: z.string(),
  state: z.enum(STEP_STATES),
  startedMs: atMs.nullable(),
  endedMs: atMs.nullable(),
  /** What was found, or why it failed. */
  message: z.string(),
});
export type RunStep = z.output<typeof RunStep>;

/** Packets lost one after another. */
export const Outage = z.object({
  /** When the first lost packet was sent. */
  firstLostMs: atMs,
  lastLostMs: atMs,
  /** When the first answer came again; null while it lasts, or when measuring ended before. */
  recoveredMs: atMs.nullable(),
  lost: z.int(),
  /** From the sending of the first lost packet to the first answer after it, or to the last lost packet: ms. */
  durationMs: z.number(),
  /** The step that may have caused it: the last one before that breaks or mends; and how long the recovery took from there. */
  afterStep: z.string().nullable(),
  recoveryMs: z.number().nullable(),
  /** The last step between the cause and the recovery that may have mended it, and how long it took from there. */
  mendedBy: z.string().nullish(),
  sinceMendMs: z.number().nullish(),
});
export type Outage = z.output<typeof Outage>;

export const RunProbe = z.object({
  name: z.string(),
  from: z.string(),
  to: z.string(),
  /** The address that was asked. */
  address: z.string().nullable(),
  intervalMs: z.int(),
  sent: z.int(),
  lost: z.int(),
  lossPercent: z.number(),
  rttMs: z.object({ min: z.number(), avg: z.number(), max: z.number() }).nullable(),
  /** Whether the newest packet was answered; null before the first. */
  isUp: z.boolean().nullable(),
  /** In order; of more than 200 the longest, the others are only counted. */
  outages: z.array(Outage),
  outageCount: z.int(),
  /** Of all outages: ms. */
  outageMs: z.number(),
  longestOutageMs: z.number(),
  /** Stretches in which nothing could be measured, because an agent or the control plane was away. */
  gaps: z.array(z.object({ fromMs: atMs, toMs: atMs.nullable(), message: z.string() })),
});
export type RunProbe = z.output<typeof RunProbe>;

export const RUN_EVENT_TYPES = [
  "run-started",
  "step-started",
  "step-passed",
  "step-failed",
  "outage-began",
  "outage-ended",
  "cancel-asked",
  "deadline",
  "interrupted",
  "put-back",
  "run-ended",
] as const;

export const RunEvent = z.object({
  atMs,
  type: z.enum(RUN_EVENT_TYPES),
  /** Id of the step, name of the probe, or what was put back. */
  about: z.string(),
  message: z.string(),
});
export type RunEvent = z.output<typeof RunEvent>;

export const RunStatus = z.object({
  phase: z.enum(RUN_PHASES),
  reason: z.enum(RUN_REASONS),
  message: z.string(),
  /** Who asked for it. */
  by: z.string(),
  startedAt: z.string().nullable(),
  /** When it is torn down at the latest. */
  deadlineAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  durationMs: z.number().nullable(),
  steps: z.array(RunStep),
  probes: z.array(RunProbe),
  events: z.array(RunEvent),
});
export type RunStatus = z.output<typeof RunStatus>;

/** One execution. Its spec is the scenario as it was then. */
export const Run = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("Run"),
  metadata: Metadata,
  spec: z.object({ scenario: z.string(), seed: z.int(), source: ScenarioSpec }),
  status: RunStatus,
});
export type Run = z.output<typeof Run>;

/** Begins a run: of a scenario by name, or of one that is said here and not kept. */
export const RunInput = z.strictObject({
  apiVersion: z.literal(API_VERSION).optional(),
  kind: z.literal("Run").optional(),
  metadata: MetadataInput.optional(),
  spec: z
    .strictObject({
      scenario: Name.optional(),
      inline: ScenarioSpec.optional(),
      /** Instead of the scenario's. */
      seed: z.int().min(0).max(SEED_MAX).optional(),
    })
    .refine(({ scenario, inline }) => (scenario === undefined) !== (inline === undefined), {
      error: "must have exactly one of scenario (a name) and inline (a scenario's spec)",
    }),
  status: serverOwned,
});
export type RunInput = z.output<typeof RunInput>;
