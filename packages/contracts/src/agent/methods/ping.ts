import { z } from "zod";
import { IpAddress, Name } from "../../net/fields.js";

export const PING_COUNT_MAX = 1000;
/** The longest ping by REST: what stands between a client and the API may give up after 30 s. */
export const PING_MAX_MS = 25_000;

const pingFields = {
  count: z.int().min(1).max(PING_COUNT_MAX).default(3),
  /** Between two requests; also when the former is not answered yet. */
  intervalMs: z.int().min(10).max(60_000).default(200),
  /** How long each request waits for its answer. */
  waitMs: z.int().min(1).max(60_000).default(1000),
  /** ICMP data after the header. 16 of them are the agent's own mark; fragments are the kernel's work. */
  payloadBytes: z.int().min(16).max(65_000).default(56),
};

/** Asks an agent to send ICMP echo requests from inside a pod. */
export const PingParams = z.strictObject({ podUid: z.string().max(64), address: IpAddress, ...pingFields });
export type PingParams = z.output<typeof PingParams>;

/** What became of one request. */
export const PingReply = z.object({
  sequence: z.int(),
  /** ms, null when no answer came in time. From the kernel's receive time stamp. */
  rttMs: z.number().nullable(),
  /** Why it could not be sent or who refused it; empty when it was answered or got lost. */
  message: z.string(),
});
export type PingReply = z.output<typeof PingReply>;

export const PingResult = z.object({
  address: z.string(),
  sent: z.int(),
  received: z.int(),
  /** Of `sent`, in per cent. */
  lossPercent: z.number(),
  /** ms, null when nothing came back. `mdev` is the standard deviation. */
  rttMs: z.object({ min: z.number(), avg: z.number(), max: z.number(), mdev: z.number() }).nullable(),
  replies: z.array(PingReply),
});
export type PingResult = z.output<typeof PingResult>;

/** The body of `POST pods/{name}/ping`. `to` is an address or the name of a pod of the same namespace. */
export const PingRequest = z
  .strictObject({
    to: z.union([IpAddress, Name], { error: "must be an IPv4 or IPv6 address, or the name of a pod" }),
    ...pingFields,
  })
  .refine(({ count, intervalMs, waitMs }) => (count - 1) * intervalMs + waitMs <= PING_MAX_MS, {
    path: ["count"],
    error: `takes longer than ${PING_MAX_MS / 1000} s with this intervalMs and waitMs: make one of them smaller`,
  });
export type PingRequest = z.output<typeof PingRequest>;
