import { ScenarioSpec } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { planRun, shownSteps } from "./plan-run.js";
import { advance, type Happening, type Progress, todo } from "./step-machine.js";

const wait = { wait: 1 };
const begin = (spec: object) => {
  const plan = planRun(ScenarioSpec.parse(spec), 1);
  const fresh: Progress = { phase: "Pending", reason: "", message: "", steps: shownSteps(plan), events: [] };
  return { plan, progress: advance(fresh, plan, { type: "begun", atMs: 0 }) };
};

/** Does what is to be done until nothing is, and answers the order in which steps began. */
function runThrough(spec: object, fate: (id: string) => boolean = () => true, stopAt?: string) {
  const { plan, progress: first } = begin(spec);
  let progress = first;
  const order: string[] = [];
  const happen = (what: Happening) => {
    progress = advance(progress, plan, what);
  };
  for (let atMs = 1; atMs < 100; atMs++) {
    const { begin: next, cancel, isOver } = todo(progress, plan);
    if (isOver) break;
    for (const id of cancel) happen({ type: "step-ended", id, atMs, isOk: false, message: "cut short" });
    for (const id of next) {
      order.push(id);
      happen({ type: "step-begun", id, atMs });
      if (id === stopAt) happen({ type: "stop", reason: "Cancelled", atMs, message: "enough" });
    }
    for (const { id, state } of progress.steps) {
      if (state === "running" && id !== stopAt) happen({ type: "step-ended", id, atMs, isOk: fate(id), message: "" });
    }
  }
  happen({ type: "finished", atMs: 100 });
  return { order, progress, states: progress.steps.map(({ state }) => state) };
}

const spec = { setup: [wait], steps: [wait, { parallel: [[wait, wait], [wait]] }, wait], teardown: [wait, wait] };

test("setup, steps and teardown come one after the other", () => {
  const { order, progress } = runThrough(spec);
  expect(order).toEqual([
    "setup[0]",
    "steps[0]",
    "steps[1].parallel[0][0]",
    "steps[1].parallel[1][0]",
    "steps[1].parallel[0][1]",
    "steps[2]",
    "teardown[0]",
    "teardown[1]",
  ]);
  expect(progress).toMatchObject({ phase: "Passed", reason: "" });
});

test("a failure skips what is left, but never the teardown, which goes on when it fails itself", () => {
  const { states, progress } = runThrough(spec, (id) => id !== "setup[0]" && id !== "teardown[0]");
  expect(states).toEqual(["failed", "skipped", "skipped", "skipped", "skipped", "skipped", "failed", "passed"]);
  expect(progress).toMatchObject({ phase: "Failed", reason: "StepFailed" });
});

test("a stop cuts what runs short before the teardown begins", () => {
  const { order, states, progress } = runThrough(spec, undefined, "steps[1].parallel[0][0]");
  expect(states).toEqual(["passed", "passed", "cancelled", "skipped", "skipped", "skipped", "passed", "passed"]);
  expect(order.slice(-2)).toEqual(["teardown[0]", "teardown[1]"]);
  expect(progress).toMatchObject({ phase: "Cancelled", message: "enough" });
});

test("a stop is heard once, and not in the teardown", () => {
  const { plan, progress } = begin(spec);
  const first = advance(progress, plan, { type: "stop", reason: "Deadline", atMs: 1, message: "late" });
  expect(advance(first, plan, { type: "stop", reason: "Cancelled", atMs: 2, message: "x" })).toBe(first);
  expect(todo(first, plan).begin).toEqual(["teardown[0]"]);
});

test("events stand in the order of their times, whenever they were heard of", () => {
  const { plan, progress } = begin({ steps: [wait] });
  const later = advance(progress, plan, { type: "step-begun", id: "steps[0]", atMs: 50 });
  const put = advance(later, plan, { type: "put-back", atMs: 20, about: "x", isOk: true, message: "" });
  expect(put.events.map(({ atMs }) => atMs)).toEqual([0, 20, 50]);
});

test("what cannot be put back fails a run that had passed", () => {
  const { plan, progress } = begin({ steps: [wait] });
  const put = advance(progress, plan, { type: "put-back", atMs: 20, about: "link l", isOk: false, message: "no" });
  expect(advance(put, plan, { type: "finished", atMs: 21 })).toMatchObject({
    phase: "Failed",
    reason: "TeardownFailed",
    message: "link l: no",
  });
});
