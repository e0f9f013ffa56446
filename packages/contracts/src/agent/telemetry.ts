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

/** Bytes of each echo on the wire, Ethernet header included: ICMP data of 56 bytes by IPv4, 36 by IPv6. */
export const PROBE_FRAME_BYTES = 98;
/** An echo that is not answered by then is lost. */
export const PROBE_WAIT_MS = 3000;

/**
 * What became of the echoes of one link whose fate was settled in one interval:
 * [linkUid, direction, sent, received, minRttMs, avgRttMs, jitterMs]. direction 0 = sent from the wire's `port`.
 * Jitter is the mean difference between a round trip and the one before it (as RFC 3550, section 6.4.1, unsmoothed).
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

/** From API to agent: how often. Replaces the former wish. */
export const ApiTelemetryWish = z.object({
  type: z.literal("telemetry"),
  /** Between two frames; 0 = nothing is counted and nothing probed. */
  intervalMs: z.int().min(0),
  /** Between two echoes of each wire that has a `probe`; 0 or absent = none but those of `probes`. */
  probeMs: z.int().min(0).optional(),
  /** Links that are looked at, probed more often. */
  probes: z.array(z.object({ linkUid: z.string(), intervalMs: z.int().min(10) })),
});
export type ApiTelemetryWish = z.output<typeof ApiTelemetryWish>;
