import { compareKeys } from "../key-order.js";
import type { Entry, Op, RangeOptions, RangeResult } from "../store.js";
import { CompactedError, StoreError } from "../store-error.js";
import { KeyIndex } from "./key-index.js";
import { type Batch, type Change, sizeOf } from "./record.js";

/**
 * The entries and their recent history, in memory. Pure bookkeeping: what is durable is decided by who calls it, who
 * may also take the newest batches back with undo().
 */
export class State {
  revision: number;
  compactRevision: number;
  /** Called when a key becomes attached to a lease or stops being so. */
  onLease: (leaseId: string, key: string, isAttached: boolean) => void = () => {};

  #nextId = 1;
  #historySize = 0;
  readonly #current = new Map<string, Change>();
  readonly #index = new KeyIndex();
  /** Without gaps: the batch of revision r is at r - compactRevision - 1. */
  readonly #history: Batch[] = [];

  constructor(compactRevision: number) {
    this.revision = compactRevision;
    this.compactRevision = compactRevision;
  }

  get historyLength(): number {
    return this.#history.length;
  }

  get historySize(): number {
    return this.#historySize;
  }

  get(key: string): Entry | undefined {
    return this.#current.get(key)?.entry;
  }

  /** The batches from `revision` on; a revision that is compacted or in the future yields from the first one there is. */
  *batchesFrom(revision: number): Generator<Batch> {
    for (let at = Math.max(0, revision - this.compactRevision - 1); at < this.#history.length; at++) {
      yield this.#history[at]!;
    }
  }

  range(prefix: string, options: RangeOptions): RangeResult {
    const revision = options.revision ?? this.revision;
    if (revision > this.revision) {
      throw new StoreError("FutureRevision", `revision ${revision} has not happened; the newest is ${this.revision}`);
    }
    if (revision < this.compactRevision) throw new CompactedError(revision, this.compactRevision);
    const keys = revision === this.revision ? undefined : this.#pastOf(prefix, revision);
    const entries: Entry[] = [];
    const limit = options.limit ?? Number.POSITIVE_INFINITY;
    for (const key of this.#keysWith(prefix, options.startAfter, keys)) {
      const entry = keys?.has(key) ? keys.get(key) : this.get(key);
      if (entry === undefined) continue;
      if (entries.length === limit) return { revision, entries, more: true };
      entries.push(entry);
    }
    return { revision, entries, more: false };
  }

  /** Runs the operations as the next revision. Undefined when they change nothing. */
  apply(ops: readonly Op[]): Batch | undefined {
    const revision = this.revision + 1;
    const changes: Change[] = [];
    for (const op of ops) {
      if (op.op === "put") changes.push(this.#put(op.key, op.value, op.lease, revision));
      else {
        // The index must not change while it is walked.
        const keys = op.op === "delete" ? [op.key] : [...this.#index.range(op.prefix)];
        for (const key of keys) {
          const previous = this.#current.get(key);
          if (previous !== undefined) changes.push(this.#add(key, revision, undefined, previous));
        }
      }
    }
    if (changes.length === 0) return undefined;
    const batch = { revision, changes, size: changes.reduce((sum, change) => sum + sizeOf(change), 0) };
    this.#append(batch);
    return batch;
  }

  /** Takes back the newest batch. */
  undo(batch: Batch): void {
    for (const change of batch.changes.toReversed()) this.#set(change.key, change.previous, change);
    this.#history.pop();
    this.#historySize -= batch.size;
    this.revision = batch.revision - 1;
    this.#nextId -= batch.changes.length;
  }

  /** Puts in a change as read from the file, which come in the order they were made. */
  restore(change: Omit<Change, "previous">): void {
    const previous = this.#current.get(change.key);
    const restored: Change = { ...change, previous };
    this.#set(change.key, restored, previous);
    this.#nextId = change.id + 1;
    if (change.revision <= this.compactRevision) {
      restored.previous = undefined;
      return;
    }
    const last = this.#history.at(-1);
    if (last?.revision === change.revision) {
      last.changes.push(restored);
      last.size += sizeOf(restored);
      this.#historySize += sizeOf(restored);
    } else this.#append({ revision: change.revision, changes: [restored], size: sizeOf(restored) });
  }

  /** Row numbers that are not needed any more once history up to and including `revision` is forgotten. */
  obsolete(revision: number): number[] {
    const ids: number[] = [];
    for (const batch of this.#history.slice(0, revision - this.compactRevision)) {
      for (const change of batch.changes) {
        if (change.previous !== undefined) ids.push(change.previous.id);
        if (change.entry === undefined) ids.push(change.id);
      }
    }
    return ids;
  }

  forget(revision: number): void {
    for (const batch of this.#history.splice(0, revision - this.compactRevision)) {
      this.#historySize -= batch.size;
      // Else each change would keep all changes before it alive.
      for (const change of batch.changes) change.previous = undefined;
    }
    this.compactRevision = revision;
  }

  #put(key: string, value: string, lease: string | undefined, revision: number): Change {
    const previous = this.#current.get(key);
    const createRevision = previous?.entry?.createRevision ?? revision;
    const version = (previous?.entry?.version ?? 0) + 1;
    const entry = { key, value, createRevision, modRevision: revision, version, ...(lease !== undefined && { lease }) };
    return this.#add(key, revision, entry, previous);
  }

  #add(key: string, revision: number, entry: Entry | undefined, previous: Change | undefined): Change {
    const change: Change = { id: this.#nextId++, key, revision, entry, previous };
    this.#set(key, change, previous);
    return change;
  }

  #append(batch: Batch): void {
    this.#history.push(batch);
    this.#historySize += batch.size;
    this.revision = batch.revision;
  }

  #set(key: string, change: Change | undefined, before: Change | undefined): void {
    if (before?.entry?.lease !== undefined) this.onLease(before.entry.lease, key, false);
    if (change?.entry === undefined) {
      this.#current.delete(key);
      this.#index.delete(key);
      return;
    }
    if (before?.entry === undefined) this.#index.add(key);
    this.#current.set(key, change);
    if (change.entry.lease !== undefined) this.onLease(change.entry.lease, key, true);
  }

  /** What the keys under `prefix` that changed after `revision` were at it. */
  #pastOf(prefix: string, revision: number): Map<string, Entry | undefined> {
    const past = new Map<string, Entry | undefined>();
    for (const batch of this.batchesFrom(revision + 1)) {
      for (const { key, previous } of batch.changes) {
        if (key.startsWith(prefix) && !past.has(key)) past.set(key, previous?.entry);
      }
    }
    return past;
  }

  *#keysWith(
    prefix: string,
    startAfter: string | undefined,
    past: Map<string, unknown> | undefined,
  ): Generator<string> {
    const gone = past === undefined ? [] : [...past.keys()].filter((key) => !this.#current.has(key));
    if (gone.length === 0) {
      yield* this.#index.range(prefix, startAfter);
      return;
    }
    const isAfter = (key: string) => startAfter === undefined || compareKeys(key, startAfter) > 0;
    yield* [...this.#index.range(prefix, startAfter), ...gone.filter(isAfter)].sort(compareKeys);
  }
}
