import { API_VERSION, type Outage, type Run, type RunProbe, type RunStep, ScenarioSpec } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { momentOf, runTimeline } from "./run-timeline.js";

const STARTED = "2026-01-01T00:00:00.000Z";

const step = (id: string, startedMs: number | null, endedMs: number | null): RunStep => ({
  id,
  section: "steps",
  kind: "wait",
  name: id,
  state: endedMs === null ? (startedMs === null ? "pending" : "running") : "passed",
  startedMs,
  endedMs,
  message: "",
});
const outage = (firstLostMs: number, recoveredMs: number | null): Outage => ({
  firstLostMs,
  lastLostMs: (recoveredMs ?? firstLostMs + 100) - 50,
  recoveredMs,
  lost: 3,
  durationMs: (recoveredMs ?? firstLostMs + 100) - firstLostMs,
  afterStep: null,
  recoveryMs: null,
});
const probe = (outages: Outage[], isUp: boolean): RunProbe => ({
  name: "a-to-b",
  from: "a",
  to: "b",
  address: null,
  intervalMs: 50,
  sent: 100,
  lost: 3,
  lossPercent: 3,
  rttMs: null,
  isUp,
  outages,
  outageCount: outages.length,
  outageMs: 0,
  longestOutageMs: 0,
  gaps: [{ fromMs: 200, toMs: 300, message: "the agent was away" }],
});

function aRun(phase: Run["status"]["phase"], steps: RunStep[], probes: RunProbe[], durationMs: number | null): Run {
  const source = ScenarioSpec.parse({ steps: [{ wait: 1 }] });
  return {
    apiVersion: API_VERSION,
    kind: "Run",
    metadata: {
      namespace: "default",
      name: "r",
      uid: "u",
      revision: 1,
      labels: {},
      annotations: {},
      createdAt: STARTED,
    },
    spec: { scenario: "s", seed: 1, source },
    status: {
      phase,
      reason: "",
      message: "",
      by: "me",
      startedAt: STARTED,
      deadlineAt: null,
      endedAt: null,
      durationMs,
      steps,
      probes,
      events: [{ atMs: 0, type: "run-started", about: "", message: "" }],
    },
  };
}
const at = (ms: number) => Date.parse(STARTED) + ms;

test("steps that run at once lie in lanes of their own, those one after another in one", () => {
  const steps = [
    step("a", 0, 1000),
    step("b", 1000, 3000),
    step("c", 1000, 2000),
    step("d", 3000, null),
    step("e", null, null),
  ];
  const { lanes } = runTimeline(aRun("Running", steps, [], null), at(10_000));
  expect(lanes.map((lane) => lane.bars.map((bar) => bar.id))).toEqual([["a", "b", "d"], ["c"]]);
  expect(lanes[0]?.bars[2]).toMatchObject({ isOpen: true, toMs: 10_000 });
});

test("a run that is over has the length it had, one that goes on reaches to now", () => {
  const over = runTimeline(aRun("Passed", [step("a", 0, 8000)], [], 9000), at(999_999));
  expect(over).toMatchObject({ endMs: 9000, spanMs: 9000, isOver: true });
  const running = runTimeline(aRun("Running", [step("a", 0, null)], [], null), at(20_000));
  expect(running.endMs).toBe(20_000);
  expect(running.spanMs).toBeGreaterThan(20_000);
});

test("an outage that lasts reaches to now, one that ended does not", () => {
  const { probes } = runTimeline(
    aRun("Running", [], [probe([outage(500, 900), outage(2000, null)], false)], null),
    at(6000),
  );
  const run = aRun("Running", [], [probe([outage(2000, null)], false)], null);
  expect(momentOf(run, runTimeline(run, at(6000)), 6000).probes[0]?.state).toBe("loses");
  expect(probes[0]?.outages).toEqual([
    { fromMs: 500, toMs: 900, isOpen: false, lost: 3 },
    { fromMs: 2000, toMs: 6000, isOpen: true, lost: 3 },
  ]);
});

test("a moment says what ran, what answered and what nobody measured", () => {
  const run = aRun("Passed", [step("a", 0, 1000), step("b", 1000, 3000)], [probe([outage(500, 900)], true)], 3000);
  const timeline = runTimeline(run, at(0));
  const moment = (ms: number) => {
    const { steps, probes } = momentOf(run, timeline, ms);
    return [steps.map((bar) => bar.id), probes[0]?.state];
  };
  expect(moment(250)).toEqual([["a"], "unknown"]);
  expect(moment(600)).toEqual([["a"], "loses"]);
  expect(moment(1500)).toEqual([["b"], "answers"]);
  expect(momentOf(run, timeline, 10).event).toBe("run started");
});

test("there are always a few ticks, never many", () => {
  for (const seconds of [1, 7, 42, 130, 900, 3600]) {
    const { ticks } = runTimeline(aRun("Passed", [], [], seconds * 1000), at(0));
    expect(ticks.length, `${seconds} s`).toBeGreaterThan(1);
    expect(ticks.length, `${seconds} s`).toBeLessThan(12);
  }
});
