import { z } from "zod";
import { IpAddress } from "../../net/fields.js";

export const THROUGHPUT_SECONDS_MAX = 30;
const podUid = z.string().max(64);
const seconds = z.number().min(0.1).max(THROUGHPUT_SECONDS_MAX);

/** Asks an agent to take one TCP connection inside a pod and to count what arrives on it. */
export const SinkParams = z.strictObject({
  podUid,
  address: IpAddress,
  /** How long it waits for the connection. */
  waitMs: z.int().min(10).max(60_000),
  seconds,
});
export type SinkParams = z.output<typeof SinkParams>;

/** Said once: it listens here. */
export const SinkReady = z.object({ port: z.int() });
export type SinkReady = z.output<typeof SinkReady>;

/** Asks an agent to send as much as TCP takes, from inside a pod. */
export const SourceParams = z.strictObject({ podUid, address: IpAddress, port: z.int().min(1).max(65_535), seconds });
export type SourceParams = z.output<typeof SourceParams>;

/** What arrived, or was handed to TCP, from the first byte to the last. */
export const ThroughputResult = z.object({ bytes: z.number(), ms: z.number(), kbitPerSecond: z.number() });
export type ThroughputResult = z.output<typeof ThroughputResult>;
