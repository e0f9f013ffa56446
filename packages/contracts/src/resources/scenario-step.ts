import { z } from "zod";
import { RerouteRequest } from "../api/reroute.js";
import { Name } from "../net/fields.js";
import { FAULT_MAX_SECONDS, FaultAction, FaultTarget } from "./fault.js";
import { exactlyOne, ScenarioCondition, WaitUntil } from "./scenario-check.js";

const names = z.union([Name, z.array(Name).min(1).max(256)], { error: "must be a name or a list of names" });
const seconds = z.number().min(0).max(3600);

/** A Fault of the run. Without a duration it lasts until it is healed, at the longest until the run's deadline. */
export const FaultStep = z.strictObject({
  /** For `heal`. */
  name: Name.optional(),
  target: FaultTarget,
  action: FaultAction,
  durationSeconds: z.number().min(0.05).max(FAULT_MAX_SECONDS).optional(),
  reason: z.string().max(1000).optional(),
});
export type FaultStep = z.output<typeof FaultStep>;

export const WaitStep = z.union(
  [
    seconds,
    z
      .strictObject({ minSeconds: seconds, maxSeconds: seconds })
      .refine(({ minSeconds, maxSeconds }) => minSeconds <= maxSeconds, {
        path: ["minSeconds"],
        error: "must not be above maxSeconds",
      }),
  ],
  { error: "must be a number of seconds, or {minSeconds, maxSeconds} to draw from the seed" },
);

const leafForms = {
  fault: FaultStep.optional(),
  /** Ends a fault step of this run by its name, or all of them with "*". */
  heal: z.union([Name, z.literal("*")], { error: "must be the name of a fault step, or '*'" }).optional(),
  /** Loses a link's carrier until `restore`: a fault, so that it ends at the deadline whatever has died. */
  cut: names.optional(),
  /** Ends the run's cut of a link, and brings up one that is asked to be down. */
  restore: names.optional(),
  reroute: z
    .strictObject({ link: Name, endpoint: RerouteRequest.shape.endpoint, to: RerouteRequest.shape.to })
    .optional(),
  /** Managed pods. */
  kill: names.optional(),
  restart: names.optional(),
  wait: WaitStep.optional(),
  waitUntil: WaitUntil.optional(),
  check: ScenarioCondition.optional(),
};
export const LEAF_STEPS = [
  "fault",
  "heal",
  "cut",
  "restore",
  "reroute",
  "kill",
  "restart",
  "wait",
  "waitUntil",
  "check",
] as const satisfies (keyof typeof leafForms)[];
export type LeafStepKind = (typeof LEAF_STEPS)[number];

const common = {
  /** For people. */
  name: z.string().min(1).max(200).optional(),
  /** `continue`: the run goes on when it fails, and fails at its end. */
  onFailure: z.enum(["stop", "continue"]).optional(),
};

/** A step that holds no others. */
export const LeafStep = z.strictObject({ ...common, ...leafForms }).superRefine(exactlyOne(LEAF_STEPS));
export type LeafStep = z.output<typeof LeafStep>;

const branches = z.array(z.array(LeafStep).min(1).max(64)).min(1).max(64);

/** One step. `parallel` runs its branches at once, `shuffle` one after another in an order drawn from the seed. */
export const ScenarioStep = z
  .strictObject({ ...common, ...leafForms, parallel: branches.optional(), shuffle: branches.optional() })
  .superRefine(exactlyOne([...LEAF_STEPS, "parallel", "shuffle"]));
export type ScenarioStep = z.output<typeof ScenarioStep>;
export type StepKind = LeafStepKind | "parallel" | "shuffle";
