import type { RunEvent, RunStatus, RunStep, Section } from "@ratchet/contracts";
import type { PlannedStep } from "./plan-run.js";

/** More than any scenario's own; a probe that flaps for an hour could make more. */
const MAX_EVENTS = 2000;

/** What the machine works on: the part of a run's status that steps decide. */
export type Progress = Pick<RunStatus, "phase" | "reason" | "message" | "steps" | "events">;

/** Something that happened, ms since the run's beginning. */
export type Happening =
  | { type: "begun"; atMs: number }
  | { type: "step-begun"; id: string; atMs: number }
  | { type: "step-ended"; id: string; atMs: number; isOk: boolean; message: string }
  /** Nothing more is begun but the teardown. */
  | { type: "stop"; reason: "Cancelled" | "Deadline" | "Interrupted"; atMs: number; message: string }
  | { type: "put-back"; atMs: number; about: string; isOk: boolean; message: string }
  | { type: "finished"; atMs: number };

/** What has to be done now. `cancel`: running steps that nobody waits for any more. */
export interface Todo {
  begin: string[];
  cancel: string[];
  /** Every step is over: what was changed can be put back, and then the run is finished. */
  isOver: boolean;
}

/** The run after something happened. Pure; a happening that comes too late changes nothing. */
export function advance(progress: Progress, plan: readonly PlannedStep[], what: Happening): Progress {
  switch (what.type) {
    case "begun":
      return noted({ ...progress, phase: "Running" }, { atMs: what.atMs, type: "run-started", about: "", message: "" });
    case "step-begun":
      return begun(progress, what);
    case "step-ended":
      return ended(progress, plan, what);
    case "stop":
      return stopped(progress, what);
    case "put-back": {
      const { atMs, about, isOk, message } = what;
      const next = noted(progress, { atMs, type: "put-back", about, message });
      return isOk ? next : failed(next, "TeardownFailed", `${about}: ${message}`);
    }
    case "finished": {
      const phase = progress.reason === "" ? "Passed" : progress.reason === "Cancelled" ? "Cancelled" : "Failed";
      const next = { ...progress, phase } as const;
      return noted(next, { atMs: what.atMs, type: "run-ended", about: "", message: next.message || phase });
    }
  }
}

/** What follows from where a run is. Pure. */
export function todo({ phase, steps }: Progress, plan: readonly PlannedStep[]): Todo {
  const states = new Map(steps.map((step) => [step.id, step.state]));
  const isOver = (id: string) => !["pending", "running"].includes(states.get(id) ?? "skipped");
  const isTearingDown = phase === "TearingDown";
  const section = isTearingDown ? "teardown" : sectionOf(steps);
  const cancel = isTearingDown
    ? steps.filter((step) => step.state === "running" && step.section !== "teardown").map(({ id }) => id)
    : [];
  // The teardown begins when nothing of before is at work any more.
  const begin =
    cancel.length > 0
      ? []
      : plan.filter(
          (step) => step.section === section && states.get(step.id) === "pending" && step.after.every(isOver),
        );
  return { begin: begin.map(({ id }) => id), cancel, isOver: steps.every(({ id }) => isOver(id)) };
}

function sectionOf(steps: readonly RunStep[]): Section {
  return steps.find(({ state }) => state === "pending" || state === "running")?.section ?? "teardown";
}

function begun(progress: Progress, { id, atMs }: { id: string; atMs: number }): Progress {
  const step = progress.steps.find((one) => one.id === id);
  if (step?.state !== "pending") return progress;
  const phase = step.section === "teardown" ? "TearingDown" : progress.phase;
  const next = { ...progress, phase, steps: changed(progress.steps, id, { state: "running", startedMs: atMs }) };
  return noted(next, { atMs, type: "step-started", about: id, message: step.name });
}

function ended(
  progress: Progress,
  plan: readonly PlannedStep[],
  { id, atMs, isOk, message }: { id: string; atMs: number; isOk: boolean; message: string },
): Progress {
  const step = progress.steps.find((one) => one.id === id);
  if (step?.state !== "running") return progress;
  // What was cut short by the teardown has neither passed nor failed.
  const isCut = progress.phase === "TearingDown" && step.section !== "teardown";
  const state = isCut ? "cancelled" : isOk ? "passed" : "failed";
  const next = { ...progress, steps: changed(progress.steps, id, { state, endedMs: atMs, message }) };
  if (isCut) return next;
  const told = noted(next, { atMs, type: isOk ? "step-passed" : "step-failed", about: id, message });
  if (isOk) return told;
  const blamed = failed(
    told,
    step.section === "teardown" ? "TeardownFailed" : "StepFailed",
    `${step.name}: ${message}`,
  );
  return plan.find((one) => one.id === id)?.goesOn ? blamed : tornDown(blamed);
}

function stopped(
  progress: Progress,
  { reason, atMs, message }: { reason: "Cancelled" | "Deadline" | "Interrupted"; atMs: number; message: string },
): Progress {
  if (!["Pending", "Running"].includes(progress.phase)) return progress;
  const type = ({ Cancelled: "cancel-asked", Deadline: "deadline", Interrupted: "interrupted" } as const)[reason];
  return tornDown(failed(noted(progress, { atMs, type, about: "", message }), reason, message));
}

/** The first reason stays: what comes after it may have come of it. */
function failed(progress: Progress, reason: Progress["reason"], message: string): Progress {
  return progress.reason === "" ? { ...progress, reason, message } : progress;
}

function tornDown(progress: Progress): Progress {
  const steps = progress.steps.map((step) =>
    step.state === "pending" && step.section !== "teardown" ? { ...step, state: "skipped" as const } : step,
  );
  return { ...progress, phase: "TearingDown", steps };
}

function changed(steps: readonly RunStep[], id: string, more: Partial<RunStep>): RunStep[] {
  return steps.map((step) => (step.id === id ? { ...step, ...more } : step));
}

/** Adds an event at its place in time. */
export function noted<T extends Pick<RunStatus, "events">>(progress: T, event: RunEvent): T {
  if (progress.events.length >= MAX_EVENTS && event.type !== "run-ended") return progress;
  let at = progress.events.length;
  while (at > 0 && (progress.events[at - 1] as RunEvent).atMs > event.atMs) at--;
  return { ...progress, events: progress.events.toSpliced(at, 0, event) };
}
