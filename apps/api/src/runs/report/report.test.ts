import { type Run, RunProbe, RunStatus, ScenarioSpec } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { junitOf } from "./junit.js";
import { reportOf } from "./report.js";

const EVIL = `</script><img src=x onerror=alert(1)>&"'\u0000\ud800`;

const probe = RunProbe.parse({
  name: "p",
  from: "a",
  to: "b",
  address: "10.0.0.2",
  intervalMs: 50,
  sent: 100,
  lost: 10,
  lossPercent: 10,
  rttMs: { min: 0.1, avg: 0.2, max: 3 },
  isUp: true,
  outages: [
    {
      firstLostMs: 1000,
      lastLostMs: 1450,
      recoveredMs: 1500,
      lost: 10,
      durationMs: 500,
      afterStep: "steps[0]",
      recoveryMs: 510,
    },
  ],
  outageCount: 1,
  outageMs: 500,
  longestOutageMs: 500,
  gaps: [{ fromMs: 4000, toMs: null, message: EVIL }],
});

function runOf(more: Partial<RunStatus> = {}): Run {
  const step = (id: string, state: string, message = "") => ({
    id,
    section: "steps",
    kind: "cut",
    name: `${id} ${EVIL}`,
    state,
    startedMs: 990,
    endedMs: 1200,
    message,
  });
  const status = RunStatus.parse({
    phase: "Failed",
    reason: "StepFailed",
    message: EVIL,
    by: EVIL,
    startedAt: "2026-01-01T00:00:00.000Z",
    deadlineAt: null,
    endedAt: null,
    durationMs: 5000,
    steps: [
      step("steps[0]", "passed", "found"),
      step("steps[1]", "failed", EVIL),
      { ...step("steps[2]", "skipped"), startedMs: null, endedMs: null },
    ],
    probes: [probe],
    events: [{ atMs: 0, type: "run-started", about: "", message: "" }],
  });
  const source = ScenarioSpec.parse({ description: EVIL, steps: [{ wait: 1 }] });
  const metadata = {
    namespace: "default",
    name: "r",
    uid: crypto.randomUUID(),
    revision: 1,
    labels: {},
    annotations: {},
    createdAt: "2026-01-01T00:00:00.000Z",
  };
  return {
    apiVersion: "ratchet.network/v1alpha1",
    kind: "Run",
    metadata,
    spec: { scenario: "s", seed: 1, source },
    status: { ...status, ...more },
  };
}

const bucket = (atMs: number, lost: number) => ({
  atMs,
  sent: 2,
  lost,
  rttMs: lost === 2 ? null : { min: 0.1, avg: 0.2, max: 3 },
});
const series = {
  probes: [
    {
      name: "p",
      bucketMs: 100,
      buckets: [bucket(0, 0), bucket(100, 0), bucket(1000, 2), bucket(1500, 1), bucket(1600, 0)],
    },
  ],
};

test("the report loads nothing, runs nothing, and says what it was given as text", () => {
  const html = reportOf(runOf(), series);
  expect(html).not.toMatch(/<(script|img|link|iframe|object)\b/i);
  expect(html).not.toMatch(/\b(src|href)\s*=\s*"/i);
  expect(html).not.toContain("url(");
  expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;&amp;");
  expect(html).toContain("prefers-color-scheme: dark");
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
  // A line may not cross the hole that an outage is.
  expect(html.match(/<polyline/g)).toHaveLength(2);
});

test("a run that has just begun has a report too", () => {
  const html = reportOf(runOf({ phase: "Running", probes: [], events: [], durationMs: null }), { probes: [] });
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
});

test("JUnit has a case for each step, and one for the run when no step is to blame", () => {
  const xml = junitOf(runOf());
  expect(xml).toContain('tests="3" failures="1" errors="0" skipped="1" time="5.000"');
  expect(xml).toContain("<failure message=");
  expect(xml).not.toContain("<img");
  const late = runOf({ message: "too late" });
  const passed = late.status.steps.map((step) => ({ ...step, state: "passed" as const }));
  expect(junitOf({ ...late, status: { ...late.status, steps: passed } })).toContain(
    '<failure message="Failed: too late"/>',
  );
});
