import { z } from "zod";
import { Name } from "../net/fields.js";
import { SEED_MAX } from "../resources/scenario.js";
import { wholeNumber } from "./list.js";

/** Query of `POST runs`. `dryRun`: everything is checked, nothing begins. */
export const RunQuery = z.strictObject({
  dryRun: z.enum(["true", "false"]).optional(),
  seed: wholeNumber.pipe(z.int().min(0).max(SEED_MAX)).optional(),
  name: Name.optional(),
});
export type RunQuery = z.output<typeof RunQuery>;

/** Query of `GET runs/{name}/compare`. */
export const CompareQuery = z.strictObject({ with: Name });

/** `GET runs/{name}/series`: what the probes saw over time, for charts. Times are ms since the run began. */
export const RunSeries = z.object({
  probes: z.array(
    z.object({
      name: z.string(),
      /** Width of a bucket. It grows with the length of the run. */
      bucketMs: z.number(),
      buckets: z.array(
        z.object({
          atMs: z.number(),
          sent: z.int(),
          lost: z.int(),
          /** Of what was answered; null when nothing was. */
          rttMs: z.object({ min: z.number(), avg: z.number(), max: z.number() }).nullable(),
        }),
      ),
    }),
  ),
});
export type RunSeries = z.output<typeof RunSeries>;

const change = z.object({ before: z.number().nullable(), after: z.number().nullable() });

/** A run beside an earlier one. `before` is the one that `with` names. */
export const RunComparison = z.object({
  run: z.string(),
  with: z.string(),
  isSameScenario: z.boolean(),
  isSameSeed: z.boolean(),
  /** Whether steps and outages came in the same order. */
  isSameOrder: z.boolean(),
  phases: z.object({ before: z.string(), after: z.string() }),
  probes: z.array(
    z.object({
      name: z.string(),
      lost: change,
      lossPercent: change,
      outageMs: change,
      longestOutageMs: change,
      recoveryMs: change,
      rttAvgMs: change,
    }),
  ),
  steps: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      states: z.object({ before: z.string().nullable(), after: z.string().nullable() }),
      durationMs: change,
    }),
  ),
});
export type RunComparison = z.output<typeof RunComparison>;
