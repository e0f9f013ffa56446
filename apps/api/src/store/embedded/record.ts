import type { Entry } from "../store.js";

/** One change of one key: what a row of the file holds. */
export interface Change {
  /** Row number; grows with the order of changes. */
  readonly id: number;
  readonly key: string;
  readonly revision: number;
  /** The key's new state; undefined: deleted. */
  readonly entry: Entry | undefined;
  /** The change that made the state before; undefined when the key did not exist, or once that history is compacted. */
  previous: Change | undefined;
}

/** All changes of one transaction. */
export interface Batch {
  readonly revision: number;
  readonly changes: Change[];
  /** Characters of keys and values, for bounding what the history takes. */
  size: number;
}

export function sizeOf(change: Change): number {
  return change.key.length + (change.entry?.value.length ?? 0);
}
