import { z } from "zod";
import { IpAddress } from "../../net/fields.js";

/** Asks an agent to send echo requests from inside a pod, one after another, until the call is cancelled or its time is up. */
export const ProbeParams = z.strictObject({
  podUid: z.string().max(64),
  address: IpAddress,
  intervalMs: z.int().min(10).max(10_000),
  /** A request that is not answered by then is lost. */
  waitMs: z.int().min(10).max(10_000),
  payloadBytes: z.int().min(16).max(8000),
  /** How long results are gathered before they are sent. */
  reportMs: z.int().min(20).max(10_000).default(250),
});
export type ProbeParams = z.output<typeof ProbeParams>;

/** What became of some requests. */
export const ProbeReport = z.object({
  /** Now, ms since the probe began, on the agent's monotonic clock. */
  nowMs: z.number(),
  /** In the order of their sending: when it was sent (ms since the probe began), and its round trip in ms; null: lost. */
  samples: z.array(z.object({ sentMs: z.number(), rttMs: z.number().nullable() })).max(2000),
});
export type ProbeReport = z.output<typeof ProbeReport>;

/** A probe has no end of its own: this is what it answers at the end of its time. */
export const ProbeResult = z.object({ sent: z.int() });
export type ProbeResult = z.output<typeof ProbeResult>;
