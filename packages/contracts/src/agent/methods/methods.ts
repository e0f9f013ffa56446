import { z } from "zod";
import { HttpParams, HttpResult } from "./http.js";
import { InspectParams, InspectResult } from "./inspect.js";
import { PingParams, PingReply, PingResult } from "./ping.js";
import { ProbeParams, ProbeReport, ProbeResult } from "./probe.js";
import { SinkParams, SinkReady, SourceParams, ThroughputResult } from "./throughput.js";
import { TraceHop, TraceParams, TraceResult } from "./trace.js";

/** Everything an agent can be asked. `progress` is what comes before the result, any number of times. */
export const AGENT_METHODS = {
  ping: { params: PingParams, progress: PingReply, result: PingResult },
  trace: { params: TraceParams, progress: TraceHop, result: TraceResult },
  probe: { params: ProbeParams, progress: ProbeReport, result: ProbeResult },
  "exec.http": { params: HttpParams, progress: z.never(), result: HttpResult },
  "throughput.sink": { params: SinkParams, progress: SinkReady, result: ThroughputResult },
  "throughput.source": { params: SourceParams, progress: z.never(), result: ThroughputResult },
  inspect: { params: InspectParams, progress: z.never(), result: InspectResult },
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
