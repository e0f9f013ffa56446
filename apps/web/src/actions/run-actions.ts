import type { FieldError, Run } from "@ratchet/contracts";
import { ProblemError, reasonOf } from "../api/problem-error.js";
import { verbs } from "../api/verbs.js";
import { editRefusal } from "../graph/refusal.js";
import { forgetRun, hearRun, runView } from "../state/runs-store.js";
import { useTopology } from "../state/topology-store.js";
import { ui } from "../state/ui-store.js";
import { toastDone, toastRefused } from "./toast.js";

const namespace = () => useTopology.getState().namespace;

/** What is wrong with a text: as a whole, and field by field. */
export interface TextProblem {
  text: string;
  errors: FieldError[];
}

/** Asks whether a scenario could be run as it stands. Undefined: it could. */
export async function checkScenario(yaml: string, signal: AbortSignal): Promise<TextProblem | undefined> {
  try {
    await verbs.checkRun(namespace(), yaml, signal);
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    return problemOf(error);
  }
}

/** Begins a run of a text and shows it. Answers why not. */
export async function runText(yaml: string): Promise<TextProblem | undefined> {
  return begin(() => verbs.runText(namespace(), yaml));
}

/** Begins a run of a stored scenario and shows it. */
export async function runScenario(name: string): Promise<void> {
  const problem = await begin(() => verbs.runScenario(namespace(), name));
  if (problem !== undefined) toastRefused(`Cannot run ${name}`, problem.text);
}

async function begin(ask: () => Promise<{ body: Run }>): Promise<TextProblem | undefined> {
  const refusal = editRefusal(useTopology.getState());
  if (refusal !== undefined) return { text: refusal, errors: [] };
  try {
    const { body } = await ask();
    hearRun(body);
    runView.show(body.metadata.name);
    ui.announce(`Run ${body.metadata.name} begins`);
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}

/** Keeps a text as a scenario of the namespace. Answers why not. */
export async function saveScenario(yaml: string): Promise<TextProblem | undefined> {
  try {
    const { body } = await verbs.apply(namespace(), yaml);
    const names = body.plan.filter((step) => step.kind === "Scenario").map((step) => step.name);
    toastDone(`Kept ${names.join(", ")}`);
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}

export async function deleteScenario(name: string): Promise<void> {
  await attempt(`Cannot delete ${name}`, async () => {
    await verbs.deleteScenario(namespace(), name);
    toastDone(`Deleted scenario ${name}`);
  });
}

/** Stops it, tears it down and puts back what it changed. */
export async function cancelRun(name: string): Promise<void> {
  await attempt(`Cannot cancel ${name}`, async () => {
    hearRun((await verbs.cancelRun(namespace(), name)).body);
    ui.announce(`Cancelling ${name}`);
  });
}

export async function deleteRun(name: string): Promise<void> {
  await attempt(`Cannot forget ${name}`, async () => {
    await verbs.deleteRun(namespace(), name);
    forgetRun(name);
    runView.none();
  });
}

async function attempt(failed: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    toastRefused(failed, reasonOf(error));
  }
}

function problemOf(error: unknown): TextProblem {
  const errors = error instanceof ProblemError ? error.problem.errors : [];
  return { text: errors.length === 0 ? reasonOf(error) : "", errors };
}
