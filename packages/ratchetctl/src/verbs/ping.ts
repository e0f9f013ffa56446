import type { PingResult } from "@ratchet/contracts";
import { actionPath } from "../api/paths.js";
import { type Context, json, line } from "../context.js";

export interface PingOptions {
  count: number;
  interval: number;
  wait: number;
}

/** Measures from inside a pod. Answers the exit code: 1 when nothing came back. */
export async function ping(context: Context, pod: string, to: string, options: PingOptions): Promise<0 | 1> {
  const body = { to, count: options.count, intervalMs: options.interval, waitMs: options.wait };
  const result = await context.api.post<PingResult>(actionPath("pods", context.namespace, pod, "ping"), body);
  if (context.isJson) json(context, result);
  else print(context, pod, result);
  return result.received > 0 ? 0 : 1;
}

function print(context: Context, pod: string, { address, replies, sent, received, lossPercent, rttMs }: PingResult) {
  for (const { sequence, rttMs: rtt, message } of replies) {
    line(context, `${address}: seq ${sequence} ${rtt === null ? message || "no answer" : `${rtt.toFixed(3)} ms`}`);
  }
  const loss = `${Number(lossPercent.toFixed(2))} % lost`;
  line(context, `${context.namespace}/${pod} to ${address}: ${sent} sent, ${received} received, ${loss}`);
  if (rttMs === null) return;
  const { min, avg, max, mdev } = rttMs;
  line(context, `rtt min/avg/max/mdev ${[min, avg, max, mdev].map((ms) => ms.toFixed(3)).join("/")} ms`);
}
