import { setTimeout as sleep } from "node:timers/promises";
import type { RunProbe, ScenarioCondition } from "@ratchet/contracts";
import type { Bench, Finding } from "../bench.js";

type Asked = NonNullable<ScenarioCondition["probe"]>;

const LOOK_EVERY_MS = 10;
/** Beyond what a packet may wait for its answer; then the newest that is known counts. */
const WAIT_MS = 12_000;

/** Whether a probe is answered now is asked of a packet that is sent now. */
export async function lookAtProbe(
  asked: Asked,
  bench: Pick<Bench, "probe" | "nowMs">,
  signal: AbortSignal,
): Promise<Finding> {
  const log = bench.probe(asked.name);
  if (log === undefined) return { holds: false, message: `probe ${asked.name} has not begun` };
  const startedMs = bench.nowMs();
  const isOld = () => (log.newestMs ?? 0) < startedMs && bench.nowMs() < startedMs + WAIT_MS;
  while (asked.isUp !== undefined && isOld()) await sleep(LOOK_EVERY_MS, undefined, { signal });
  const shown = log.shown();
  if (asked.overSeconds === undefined) return judgeProbe(asked, shown, shown);
  const fromMs = bench.nowMs() - asked.overSeconds * 1000;
  return judgeProbe(asked, shown, log.since(fromMs), fromMs);
}

/** Pure. `counted`: the packets that the loss is of; outages that were over before `fromMs` do not count. */
export function judgeProbe(
  asked: Pick<Asked, "lossUnderPercent" | "outageUnderSeconds" | "isUp">,
  { isUp, outages }: Pick<RunProbe, "isUp" | "outages">,
  counted: { sent: number; lost: number },
  fromMs = 0,
): Finding {
  const loss = counted.sent === 0 ? null : (counted.lost * 100) / counted.sent;
  const lasting = outages.filter(({ recoveredMs }) => recoveredMs === null || recoveredMs >= fromMs);
  const longestMs = Math.max(0, ...lasting.map(({ durationMs }) => durationMs));
  const message = `${counted.lost} of ${counted.sent} lost, longest outage ${(longestMs / 1000).toFixed(2)} s, ${isUp ? "answered" : "not answered"} now`;
  const holds =
    (asked.isUp === undefined || asked.isUp === isUp) &&
    (asked.lossUnderPercent === undefined || (loss !== null && loss < asked.lossUnderPercent)) &&
    (asked.outageUnderSeconds === undefined || longestMs < asked.outageUnderSeconds * 1000);
  return { holds, message };
}
