import type { Run, RunEvent } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { RunProgress, summaryOf } from "./run-progress.js";

const plain = (_colour: unknown, text: string) => text;
const event = (atMs: number, type: RunEvent["type"], about = "", message = ""): RunEvent => ({
  atMs,
  type,
  about,
  message,
});

function runOf(events: RunEvent[], more: object = {}): Pick<Run, "status"> {
  const step = { id: "steps[0]", section: "steps", kind: "cut", name: "cut it", state: "passed", message: "on ab" };
  const steps = [{ ...step, startedMs: 10, endedMs: 20 }];
  return { status: { phase: "Running", message: "", steps, probes: [], events, ...more } } as unknown as Pick<
    Run,
    "status"
  >;
}

test("says each event once, in words of the steps, also those heard of late", () => {
  const progress = new RunProgress(plain);
  const events = [event(0, "run-started"), event(10, "step-started", "steps[0]")];
  expect(progress.news(runOf(events))).toEqual(["  0.01 s  .. cut it"]);
  expect(progress.news(runOf(events))).toEqual([]);
  const later = [...events, event(15, "outage-began", "p"), event(20, "step-passed", "steps[0]", "on ab")];
  expect(progress.news(runOf(later))).toEqual(["  0.01 s  !  p loses packets", "  0.02 s  ok cut it: on ab"]);
});

test("the summary has the outcome and what each probe saw", () => {
  const outage = {
    firstLostMs: 0,
    lastLostMs: 0,
    recoveredMs: 1,
    lost: 4,
    durationMs: 900,
    afterStep: "steps[0]",
    recoveryMs: 950,
  };
  const probe = {
    name: "p",
    sent: 100,
    lost: 4,
    lossPercent: 4,
    outages: [outage],
    outageCount: 1,
    longestOutageMs: 900,
  };
  const run = runOf([], {
    phase: "Failed",
    message: "too slow",
    durationMs: 2500,
    probes: [probe, { ...probe, name: "q", outages: [], outageCount: 0, lost: 0, lossPercent: 0 }],
  });
  expect(summaryOf(run, plain)).toEqual([
    "failed in 2.50 s: too slow",
    "  p: 100 packets, 4 lost (4.00 %), 1 outage, the longest 0.90 s, back 0.95 s after the step",
    "  q: 100 packets, 0 lost (0.00 %), no outage",
  ]);
});
