import { z } from "zod";
import { Name } from "../net/fields.js";

/** Objects of one apply that carry it belong together: `prune=SET` deletes what is missing of them. */
export const SET_LABEL = "ratchet.network/set";

const flag = z.enum(["true", "false"]).transform((text) => text === "true");

export const ApplyQuery = z.strictObject({
  dryRun: flag.optional(),
  prune: z
    .string()
    .regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/, { error: "must be a label value: the name of the set" })
    .optional(),
  namespace: Name.optional().meta({ description: "for objects that name none; default `default`" }),
});
export type ApplyQuery = z.output<typeof ApplyQuery>;

export const PLAN_ACTIONS = ["create", "update", "delete", "unchanged"] as const;

/** One field that differs; `path` as `spec.endpoints[0].interface`. */
export const FieldDiff = z.object({ path: z.string(), before: z.unknown().optional(), after: z.unknown().optional() });
export interface FieldDiff {
  path: string;
  before?: unknown;
  after?: unknown;
}

export const PlanStep = z.object({
  action: z.enum(PLAN_ACTIONS),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  diff: z.array(FieldDiff),
});
export interface PlanStep {
  action: (typeof PLAN_ACTIONS)[number];
  kind: string;
  namespace: string;
  name: string;
  diff: FieldDiff[];
}

export const ApplyResult = z.object({
  dryRun: z.boolean(),
  revision: z.int(),
  plan: z.array(PlanStep),
});
export interface ApplyResult {
  dryRun: boolean;
  revision: number;
  plan: PlanStep[];
}
