/** One action of this page: reverting its changes, last first, takes it back. */
export interface UndoEntry {
  label: string;
  changes: string[];
  /** Entries of one key that follow each other closely are one: a slider that is dragged. */
  key?: string;
  /** ms since the epoch, of the newest change. */
  at?: number;
}

export interface UndoStack {
  undo: readonly UndoEntry[];
  redo: readonly UndoEntry[];
}

export const EMPTY_UNDO: UndoStack = { undo: [], redo: [] };
const DEPTH = 100;

const MERGED_WITHIN_MS = 10_000;

/** A new action; what was undone before can no longer be redone. */
export function pushed(stack: UndoStack, entry: UndoEntry): UndoStack {
  const last = stack.undo.at(-1);
  const isSame = last?.key !== undefined && last.key === entry.key && stack.redo.length === 0;
  if (isSame && (entry.at ?? 0) - (last.at ?? 0) < MERGED_WITHIN_MS) {
    return { undo: [...stack.undo.slice(0, -1), { ...entry, changes: [...last.changes, ...entry.changes] }], redo: [] };
  }
  return { undo: [...stack.undo, entry].slice(-DEPTH), redo: [] };
}

/** The last action was reverted; `changes` are the reverts themselves, which redo reverts in turn. */
export function undone(stack: UndoStack, changes: string[]): UndoStack {
  const entry = stack.undo.at(-1);
  if (entry === undefined) return stack;
  return { undo: stack.undo.slice(0, -1), redo: [...stack.redo, { label: entry.label, changes }] };
}

export function redone(stack: UndoStack, changes: string[]): UndoStack {
  const entry = stack.redo.at(-1);
  if (entry === undefined) return stack;
  return { undo: [...stack.undo, { label: entry.label, changes }], redo: stack.redo.slice(0, -1) };
}

/** Takes one entry out, wherever it is: it was undone from its toast. */
export function without(stack: UndoStack, changes: readonly string[]): UndoStack {
  const isOther = (entry: UndoEntry) => entry.changes.join() !== changes.join();
  return { undo: stack.undo.filter(isOther), redo: stack.redo.filter(isOther) };
}
