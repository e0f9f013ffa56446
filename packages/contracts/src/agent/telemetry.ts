import { z } from "zod";

/**
 * Counters of one wire over one interval, as the panel saw them. Rows are arrays, because a node may
 * have thousands: [linkUid, direction, packets, bytes, drops, errors]; direction 0 = towards the wire's
 * `port`, 1 = from it. Counts are of the interval, not since ever.
 */
export const TelemetryRow = z.tuple([
  z.string(),
  z.int().min(0).max(1),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
]);
export type TelemetryRow = z.output<typeof TelemetryRow>;

/**
 * What a probe measured over one interval: [linkUid, direction, sent, received, minRttMs, avgRttMs, jitterMs].
 * direction 0 = probed from the wire's `port`.
 */
export const ProbeRow = z.tuple([
  z.string(),
  z.int().min(0).max(1),
  z.int(),
  z.int(),
  z.number().nullable(),
  z.number().nullable(),
  z.number().nullable(),
]);
export type ProbeRow = z.output<typeof ProbeRow>;

export const AgentTelemetry = z.strictObject({
  type: z.literal("telemetry"),
  /** Length of the interval, on a monotonic clock. */
  intervalMs: z.number(),
  rows: z.array(TelemetryRow),
  probes: z.array(ProbeRow),
});
export type AgentTelemetry = z.output<typeof AgentTelemetry>;

/** From API to agent: how often, and which links are probed. Replaces the former wish. */
export const ApiTelemetryWish = z.object({
  type: z.literal("telemetry"),
  /** 0 = off. */
  intervalMs: z.int().min(0),
  probes: z.array(z.object({ linkUid: z.string(), intervalMs: z.int().min(10) })),
});
export type ApiTelemetryWish = z.output<typeof ApiTelemetryWish>;
