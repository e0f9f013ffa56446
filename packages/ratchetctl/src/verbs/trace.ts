import type { TraceHop, TraceResult } from "@ratchet/contracts";
import { actionPath } from "../api/paths.js";
import { type Context, json, line } from "../context.js";

export interface TraceOptions {
  maxHops: number;
  wait: number;
}

/** Finds the routers between a pod and somewhere. Answers the exit code: 1 when it was not reached. */
export async function trace(context: Context, pod: string, to: string, options: TraceOptions): Promise<0 | 1> {
  const body = { to, maxHops: options.maxHops, waitMs: options.wait };
  const result = await context.api.post<TraceResult>(actionPath("pods", context.namespace, pod, "trace"), body);
  if (context.isJson) json(context, result);
  else {
    line(context, `${context.namespace}/${pod} to ${result.address}`);
    for (const hop of result.hops) line(context, describe(hop));
    if (!result.isReached) line(context, "not reached");
  }
  return result.isReached ? 0 : 1;
}

function describe({ hop, address, pod, rttMs, message }: TraceHop): string {
  const who = address === null ? message || "no answer" : pod === null ? address : `${address} (${pod})`;
  const parts = [who, ...(rttMs === null ? [] : [`${rttMs.toFixed(3)} ms`]), ...(address === null ? [] : [message])];
  return `${String(hop).padStart(2)}  ${parts.filter((part) => part !== "").join("  ")}`;
}
