import { setTimeout as sleep } from "node:timers/promises";
import type { WaitUntil } from "@ratchet/contracts";
import type { Bench } from "../bench.js";
import { look } from "../checks/look.js";
import { StepFailure } from "../step-failure.js";

export async function wait(seconds: number, signal: AbortSignal): Promise<string> {
  await sleep(seconds * 1000, undefined, { signal });
  return "";
}

/** Looks until the condition holds. A look that is under way when the time is over is cut short. */
export async function waitUntil(
  { withinSeconds, everyMs, ...condition }: WaitUntil,
  bench: Bench,
  signal: AbortSignal,
): Promise<string> {
  const startedMs = performance.now();
  const late = AbortSignal.timeout(withinSeconds * 1000);
  const both = AbortSignal.any([signal, late]);
  let message = "no answer";
  try {
    for (;;) {
      const found = await look(condition, bench, both);
      message = found.message;
      if (found.holds) return `after ${((performance.now() - startedMs) / 1000).toFixed(2)} s: ${message}`;
      await sleep(everyMs, undefined, { signal: both });
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!late.aborted) throw error;
    throw new StepFailure(`not within ${withinSeconds} s: ${message}`);
  }
}
