import { ProblemError, reasonOf } from "../api/problem-error.js";
import type { Answer } from "../api/request.js";
import { editRefusal } from "../graph/refusal.js";
import { clearPending, type PendingAction, setPending, settlePending } from "../state/pending-store.js";
import { useTopology } from "../state/topology-store.js";
import { ui } from "../state/ui-store.js";
import type { UndoEntry } from "../state/undo-stack.js";
import { toastDone, toastRefused } from "./toast.js";
import { remember, undoEntry, undoKey } from "./undo.js";

/** One object an action changes. */
export interface Target {
  kind: "links" | "pods";
  name: string;
}

export interface ActionStep {
  /** Shown as pending meanwhile; absent: nothing that is drawn. */
  target?: Target;
  run: () => Promise<Answer<unknown>>;
}

export interface Action {
  verb: PendingAction["verb"];
  /** In the past tense, for the toast, the history and screen readers: "Cut centosa-quagga-a". */
  done: string;
  /** What was wanted, for a refusal: "Cannot cut centosa-quagga-a". */
  failed: string;
  steps: ActionStep[];
  hasToast: boolean;
  /** Taking it back is no action of its own: ending a fault, for one. */
  isFinal?: boolean;
  /** Whoever asked shows the refusal. */
  isQuiet?: boolean;
}

/**
 * Does something to one or several objects: shown at once as pending, put back with the
 * API's reason when refused, remembered for undo when accepted.
 *
 * Answers the first refusal, or undefined when all was accepted.
 */
export async function perform(action: Action): Promise<unknown> {
  const refusal = editRefusal(useTopology.getState());
  if (refusal !== undefined) {
    if (!action.isQuiet) toastRefused(action.failed, refusal);
    return new Error(refusal);
  }
  const startedAt = Date.now();
  for (const { target } of action.steps) {
    if (target === undefined) continue;
    setPending(target.kind, target.name, { verb: action.verb, revision: null, startedAt });
  }
  const changes: string[] = [];
  const refused: { target: Target | undefined; error: unknown }[] = [];
  await Promise.all(
    action.steps.map(async ({ target, run }) => {
      try {
        const answer = await run();
        changes.push(...answer.changes);
        if (target === undefined) return;
        setPending(target.kind, target.name, { verb: action.verb, revision: revisionOf(answer.body), startedAt });
      } catch (error) {
        if (target !== undefined) clearPending(target.kind, target.name);
        refused.push({ target, error });
      }
    }),
  );
  // The stream may have been faster than the answer.
  settlePending(useTopology.getState().stream, Date.now());
  const entry: UndoEntry | undefined =
    changes.length > 0 && !action.isFinal ? { label: action.done, changes } : undefined;
  if (entry) remember(entry);
  const [first] = refused;
  if (first === undefined) {
    ui.announce(action.done);
    if (action.hasToast) toastDone(action.done, entry && { key: undoKey(entry), run: () => undoEntry(entry) });
    return undefined;
  }
  const { target } = first;
  const more = refused.length > 1 ? ` (and ${refused.length - 1} more)` : "";
  const reason = reasonOf(first.error);
  if (!action.isQuiet) show(action, target, action.failed + more, reason, first.error);
  ui.announce(`${action.failed}: ${reason}`);
  return first.error;
}

/** Beside the thing it concerns, with another try where that may help. */
function show(action: Action, target: Target | undefined, title: string, reason: string, error: unknown): void {
  if (target === undefined) {
    toastRefused(title, reason);
    return;
  }
  const isAway = error instanceof ProblemError && error.problem.status === 503;
  ui.refuse({
    id: `${target.kind === "links" ? "link" : "pod"}/${target.name}`,
    title,
    reason,
    ...(isAway && action.steps.length === 1 ? { retry: () => void perform(action) } : {}),
  });
}

function revisionOf(body: unknown): number | null {
  if (typeof body !== "object" || body === null || !("metadata" in body)) return null;
  const { metadata } = body;
  if (typeof metadata !== "object" || metadata === null || !("revision" in metadata)) return null;
  return typeof metadata.revision === "number" ? metadata.revision : null;
}
