import { create } from "zustand";
import { reasonOf } from "../api/problem-error.js";
import { verbs } from "../api/verbs.js";
import { editRefusal } from "../graph/refusal.js";
import { useTopology } from "../state/topology-store.js";
import { ui } from "../state/ui-store.js";
import { EMPTY_UNDO, pushed, redone, type UndoEntry, type UndoStack, undone, without } from "../state/undo-stack.js";
import { hideToast, toastDone, toastRefused } from "./toast.js";

/** This page's own actions, to be taken back in order. Others' are reverted from the history. */
export const useUndo = create<{ stack: UndoStack; isBusy: boolean }>(() => ({ stack: EMPTY_UNDO, isBusy: false }));

export function remember(entry: UndoEntry): void {
  useUndo.setState(({ stack }) => ({ stack: pushed(stack, entry) }));
}

/** Names the toast that offers to undo an entry. */
export const undoKey = (entry: UndoEntry) => `undo-${entry.changes.join()}`;

/** Ctrl+Z. */
export async function undo(): Promise<void> {
  const entry = useUndo.getState().stack.undo.at(-1);
  if (entry) await run(entry, `Undone: ${lowered(entry.label)}`, undone);
}

/** Ctrl+Shift+Z. */
export async function redo(): Promise<void> {
  const entry = useUndo.getState().stack.redo.at(-1);
  if (entry) await run(entry, `Redone: ${lowered(entry.label)}`, redone);
}

/** Takes one particular action back, from its toast. */
export async function undoEntry(entry: UndoEntry): Promise<void> {
  if (useUndo.getState().stack.undo.at(-1) === entry) return undo();
  await run(entry, `Undone: ${lowered(entry.label)}`, (stack) => without(stack, entry.changes));
}

/** Takes back any change of the history; it can itself be undone. */
export async function revertChange(id: string, label: string): Promise<void> {
  await run({ label, changes: [id] }, label, (stack, changes) => pushed(stack, { label, changes }));
}

async function run(
  entry: UndoEntry,
  done: string,
  move: (stack: UndoStack, changes: string[]) => UndoStack,
): Promise<void> {
  const refusal = editRefusal(useTopology.getState());
  if (refusal !== undefined) return toastRefused("Cannot undo", refusal);
  if (useUndo.getState().isBusy) return;
  useUndo.setState({ isBusy: true });
  hideToast(undoKey(entry));
  try {
    const changes: string[] = [];
    for (const id of [...entry.changes].reverse()) changes.push(...(await verbs.revert(id)).changes);
    useUndo.setState(({ stack }) => ({ stack: move(stack, changes) }));
    ui.announce(done);
    toastDone(done);
  } catch (error) {
    // It was changed since, by whoever: this entry will never revert again.
    useUndo.setState(({ stack }) => ({ stack: without(stack, entry.changes) }));
    toastRefused(`Cannot undo: ${lowered(entry.label)}`, reasonOf(error));
  } finally {
    useUndo.setState({ isBusy: false });
  }
}

const lowered = (label: string) => label.charAt(0).toLowerCase() + label.slice(1);
