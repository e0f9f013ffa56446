import type { z } from "zod";
import { PingParams, PingReply, PingResult } from "./ping.js";
import { TraceHop, TraceParams, TraceResult } from "./trace.js";

/** Everything an agent can be asked. `progress` is what comes before the result, any number of times. */
export const AGENT_METHODS = {
  ping: { params: PingParams, progress: PingReply, result: PingResult },
  trace: { params: TraceParams, progress: TraceHop, result: TraceResult },
} as const satisfies Record<string, { params: z.ZodType; progress: z.ZodType; result: z.ZodType }>;

export type AgentMethod = keyof typeof AGENT_METHODS;
export type MethodParams<M extends AgentMethod> = z.output<(typeof AGENT_METHODS)[M]["params"]>;
export type MethodProgress<M extends AgentMethod> = z.output<(typeof AGENT_METHODS)[M]["progress"]>;
export type MethodResult<M extends AgentMethod> = z.output<(typeof AGENT_METHODS)[M]["result"]>;

/** What an agent says instead of a result. */
export const AGENT_ERROR_CODES = [
  "Unsupported",
  "Invalid",
  "Busy",
  "NotReady",
  "PodGone",
  "Timeout",
  "Cancelled",
  "Failed",
] as const;
export type AgentErrorCode = (typeof AGENT_ERROR_CODES)[number];
