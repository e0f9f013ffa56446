import { z } from "zod";
import { IpAddress, Name } from "../../net/fields.js";

export const TRACE_HOPS_MAX = 64;

const traceFields = {
  maxHops: z.int().min(1).max(TRACE_HOPS_MAX).default(16),
  /** How long the whole trace waits: every hop is asked at once. */
  waitMs: z.int().min(1).max(20_000).default(1000),
};

/** Asks an agent which routers stand between a pod and an address. */
export const TraceParams = z.strictObject({ podUid: z.string().max(64), address: IpAddress, ...traceFields });
export type TraceParams = z.output<typeof TraceParams>;

export const TraceHop = z.object({
  hop: z.int(),
  /** Who answered; null when nobody did in time. */
  address: z.string().nullable(),
  /** Name of the pod of this namespace that has the address; filled in by the API. */
  pod: z.string().nullable(),
  /** ms */
  rttMs: z.number().nullable(),
  /** Why it ends here before its destination; empty otherwise. */
  message: z.string(),
});
export type TraceHop = z.output<typeof TraceHop>;

export const TraceResult = z.object({
  address: z.string(),
  isReached: z.boolean(),
  /** Up to the destination, or up to the last one asked. */
  hops: z.array(TraceHop),
});
export type TraceResult = z.output<typeof TraceResult>;

/** The body of `POST pods/{name}/trace`. `to` is an address or the name of a pod of the same namespace. */
export const TraceRequest = z.strictObject({
  to: z.union([IpAddress, Name], { error: "must be an IPv4 or IPv6 address, or the name of a pod" }),
  ...traceFields,
});
export type TraceRequest = z.output<typeof TraceRequest>;
