import { z } from "zod";
import { CarrierChange } from "../agent/report.js";
import { wholeNumber } from "./list.js";

export const TELEMETRY_MAX_SECONDS = 86_400;

export const TelemetryQuery = z.strictObject({
  seconds: wholeNumber.pipe(z.int().min(1).max(TELEMETRY_MAX_SECONDS)).optional(),
  /** Seconds of a point: 1 is kept for 15 minutes, 10 for a day. Left out: 1 where that was measured, else 10. */
  step: z.enum(["1", "10"], { error: "must be 1 or 10" }).optional(),
});
export type TelemetryQuery = z.output<typeof TelemetryQuery>;

/** [ms since the epoch, packets/s, bytes/s, drops/s, errors/s], means over one step that begins then. */
export const TelemetryPoint = z.tuple([z.int(), z.number(), z.number(), z.number(), z.number()]);
export type TelemetryPoint = z.output<typeof TelemetryPoint>;

/** [ms since the epoch, echoes sent, answered, mean round trip in ms, jitter in ms] of one step; null: none came back. */
export const ProbePoint = z.tuple([z.int(), z.int(), z.int(), z.number().nullable(), z.number().nullable()]);
export type ProbePoint = z.output<typeof ProbePoint>;

/** What a link carried, as its patch panels saw it. A step without a point was not measured. */
export const LinkTelemetry = z.object({
  link: z.string(),
  uid: z.string(),
  stepMs: z.int(),
  /** From end 0 to end 1, then back. Packets and bytes are those handed to the receiving pod. */
  directions: z.array(z.object({ from: z.string(), to: z.string(), points: z.array(TelemetryPoint) })).length(2),
  /** Echoes from inside the pod of end 0 to the one of end 1; their own packets are not in `directions`. */
  probes: z.object({ from: z.string(), to: z.string(), points: z.array(ProbePoint) }),
  /** By end: carrier changes since the interface was made, and the last ones its agent saw, oldest first. */
  carrier: z.array(z.object({ end: z.string(), count: z.int().nullable(), last: z.array(CarrierChange) })).length(2),
});
export type LinkTelemetry = z.output<typeof LinkTelemetry>;

/** [linkUid, end it comes from, packets/s, bytes/s, drops/s, errors/s] */
export const StreamTelemetryRow = z.tuple([
  z.string(),
  z.union([z.literal(0), z.literal(1)]),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
]);
export type StreamTelemetryRow = z.output<typeof StreamTelemetryRow>;

/** [linkUid, echoes sent, answered, mean round trip in ms, jitter in ms] */
export const StreamProbeRow = z.tuple([z.string(), z.int(), z.int(), z.number().nullable(), z.number().nullable()]);
export type StreamProbeRow = z.output<typeof StreamProbeRow>;
