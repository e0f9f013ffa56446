import { randomUUID } from "node:crypto";
import type { Entry, FailedCompare, Lease, Op, Transaction, TxnResult } from "../store.js";
import { StoreError } from "../store-error.js";
import { type Leases, leaseNotFound } from "./leases.js";
import type { Batch } from "./record.js";
import type { State } from "./state.js";
import type { FileWrite } from "./store-file.js";

/**
 * Calls that share one commit. Each runs on what the ones before it left, in memory; then write() makes all durable,
 * or undo() takes all back. Between first call and commit nobody else may look.
 */
export class Group {
  readonly #state: State;
  readonly #leases: Leases;
  readonly #batches: Batch[] = [];
  readonly #grants: FileWrite["grants"] = [];
  readonly #revokes: string[] = [];
  readonly #undo: (() => void)[] = [];
  #compactRevision: number;

  constructor(state: State, leases: Leases) {
    this.#state = state;
    this.#leases = leases;
    this.#compactRevision = state.compactRevision;
  }

  txn({ compare = [], ops }: Transaction): TxnResult {
    const failed: FailedCompare[] = [];
    for (const comparison of compare) {
      const actual = this.#state.get(comparison.key);
      if (!holds(comparison, actual)) failed.push({ compare: comparison, actual });
    }
    if (failed.length > 0) return { committed: false, revision: this.#state.revision, failed };

    for (const op of ops) {
      if (op.op === "put" && op.lease !== undefined && !this.#leases.has(op.lease)) throw leaseNotFound(op.lease);
    }
    this.#apply(ops);
    return { committed: true, revision: this.#state.revision };
  }

  grant(ttlSeconds: number): Lease {
    const id = randomUUID();
    this.#leases.add(id, ttlSeconds);
    this.#grants.push({ id, ttlSeconds });
    this.#undo.push(() => this.#leases.remove(id));
    return { id, ttlSeconds };
  }

  revoke(id: string): void {
    const lease = this.#leases.remove(id);
    if (lease === undefined) return;
    this.#revokes.push(id);
    this.#undo.push(() => this.#leases.add(id, lease.ttlSeconds, lease.keys));
    this.#apply(lease.keys.map((key) => ({ op: "delete", key })));
  }

  expire(): void {
    for (const id of this.#leases.due()) this.revoke(id);
  }

  compact(revision: number): void {
    if (revision > this.#state.revision) {
      throw new StoreError(
        "FutureRevision",
        `cannot compact at ${revision}: the newest revision is ${this.#state.revision}`,
      );
    }
    this.#compactRevision = Math.max(this.#compactRevision, revision);
  }

  /** What has to be written; undefined when nothing has. */
  write(): FileWrite | undefined {
    const changes = this.#batches.flatMap((batch) => batch.changes);
    const revision = this.#compactRevision;
    const isCompacting = revision > this.#state.compactRevision;
    if (changes.length + this.#grants.length + this.#revokes.length === 0 && !isCompacting) return undefined;
    return {
      changes,
      grants: this.#grants,
      revokes: this.#revokes,
      ...(isCompacting && { compact: { revision, obsolete: this.#state.obsolete(revision) } }),
    };
  }

  undo(): void {
    for (const undo of this.#undo.toReversed()) undo();
  }

  #apply(ops: readonly Op[]): void {
    const batch = this.#state.apply(ops);
    if (batch === undefined) return;
    this.#batches.push(batch);
    this.#undo.push(() => this.#state.undo(batch));
  }
}

function holds(compare: NonNullable<Transaction["compare"]>[number], actual: Entry | undefined): boolean {
  if ("exists" in compare) return compare.exists === (actual !== undefined);
  return compare.modRevision === (actual?.modRevision ?? 0);
}
