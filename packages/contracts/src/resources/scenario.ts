import { z } from "zod";
import { IpAddress, Name } from "../net/fields.js";
import { API_VERSION, Metadata, MetadataInput, serverOwned } from "./metadata.js";
import { checkReferences } from "./scenario-references.js";
import { ScenarioStep } from "./scenario-step.js";

/** Of a scenario among the examples: the topology it is for. */
export const TOPOLOGY_ANNOTATION = "ratchet.network/topology";
export const RUN_MAX_SECONDS = 3600;
export const SEED_MAX = 4_294_967_295;
const steps = z.array(ScenarioStep).max(100);

/** Packets from inside a pod through the whole run; what they saw is the run's measurement. */
export const ScenarioProbe = z.strictObject({
  name: Name,
  from: Name,
  to: z.union([IpAddress, Name], { error: "must be an IPv4 or IPv6 address, or the name of a pod" }),
  intervalMs: z.int().min(10).max(10_000).default(50),
  /** A packet that is not answered by then is lost. */
  waitMs: z.int().min(10).max(10_000).default(1000),
  payloadBytes: z.int().min(16).max(8000).default(56),
});
export type ScenarioProbe = z.output<typeof ScenarioProbe>;

export const ScenarioSpec = z
  .strictObject({
    description: z.string().max(4000).optional(),
    /** From the first step on. Then the run is torn down, and everything it broke is healed. */
    deadlineSeconds: z.number().min(1).max(RUN_MAX_SECONDS).default(300),
    /** Whatever is drawn, is drawn from it: two runs with one seed do the same in the same order. */
    seed: z.int().min(0).max(SEED_MAX).default(1),
    probes: z.array(ScenarioProbe).max(32).default([]),
    /** Before the measurement; a failure here fails the run. */
    setup: steps.default([]),
    steps: steps.min(1),
    /** Always runs, also after a failure, a cancel or the deadline, when what the run changed has been put back. */
    teardown: steps.default([]),
  })
  .superRefine(checkReferences);
export type ScenarioSpec = z.output<typeof ScenarioSpec>;

export const ScenarioInput = z.strictObject({
  apiVersion: z.literal(API_VERSION).optional(),
  kind: z.literal("Scenario").optional(),
  metadata: MetadataInput,
  spec: ScenarioSpec,
  status: serverOwned,
});
export type ScenarioInput = z.output<typeof ScenarioInput>;

/** What can be run again and again. It has no status: its runs have. */
export const Scenario = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("Scenario"),
  metadata: Metadata,
  spec: ScenarioSpec,
});
export type Scenario = z.output<typeof Scenario>;
