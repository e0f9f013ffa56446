import type { PingResult, ScenarioCondition } from "@ratchet/contracts";
import { findPlace } from "../../probes/find-place.js";
import type { Bench, Finding } from "../bench.js";

const SLACK_MS = 2000;
const PAYLOAD_BYTES = 56;
type Ping = NonNullable<ScenarioCondition["ping"]>;

export async function lookByPing(asked: Ping, { core, namespace }: Bench, signal: AbortSignal): Promise<Finding> {
  const { node, podUid, address } = findPlace(core.mirror.world, namespace, asked.from, asked.to);
  const { count, intervalMs, waitMs } = asked;
  const params = { podUid, address, count, intervalMs, waitMs, payloadBytes: PAYLOAD_BYTES };
  const timeoutMs = (count - 1) * intervalMs + waitMs + SLACK_MS;
  return judgePing(asked, await core.agents.rpc.call(node, "ping", params, { signal, timeoutMs }));
}

/** Pure. */
export function judgePing(asked: Pick<Ping, "expect" | "underMs" | "lossUnderPercent">, result: PingResult): Finding {
  const { sent, received, rttMs, lossPercent, replies } = result;
  const rtt = rttMs === null ? "" : `, ${rttMs.avg.toFixed(2)} ms on average`;
  const reason = replies.find(({ message }) => message !== "")?.message;
  const message = `${received} of ${sent} came back${rtt}${reason === undefined ? "" : `; ${reason}`}`;
  if (asked.expect === "fails") return { holds: received === 0, message };
  const isFast = asked.underMs === undefined || (rttMs !== null && rttMs.avg < asked.underMs);
  const isWhole = asked.lossUnderPercent === undefined || lossPercent < asked.lossUnderPercent;
  return { holds: received > 0 && isFast && isWhole, message };
}
