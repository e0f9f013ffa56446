/**
 * Where intents live: string keys and values under one revision counter, with the semantics of etcd's v3 API
 * (https://etcd.io/docs/v3.4/learning/api/), so that one machine's file and an etcd cluster are interchangeable.
 * `describeStore` in conformance.ts holds every implementation to the following.
 *
 * **Keys and values** are well-formed Unicode strings (no lone surrogates); a key is not empty. Keys are ordered by
 * their UTF-8 bytes, which is the order of code points and not JavaScript's `<` beyond the basic plane. A prefix is
 * compared as a string: "/" means nothing, `"/a"` also matches `"/ab"`; `""` matches everything.
 *
 * **Revisions** are integers, global, growing by one with each transaction that changes something; all changes of one
 * transaction carry the same revision. A store begins at a revision of its own (etcd: 1). A transaction that changes
 * nothing (its deletes found nothing) leaves the revision as it is.
 *
 * **Durability**: once txn, grant or revoke has resolved, its effect survives kill -9 and power loss. A call that was
 * under way when the process died took effect whole or not at all.
 *
 * **Order**: transactions are serializable, in the order of their revisions. A get, range or txn begun after another
 * call was answered sees its effect.
 *
 * Errors are `StoreError`s; a refused call has changed nothing.
 */
export interface Store {
  /** UUID made when the data was first created; it stays with the data. Revisions of two stores do not compare. */
  readonly storeId: string;

  /** The entry, or undefined when the key does not exist. */
  get(key: string): Promise<Entry | undefined>;

  /** The entries whose key begins with `prefix`, in key order, all as of one revision. */
  range(prefix: string, options?: RangeOptions): Promise<RangeResult>;

  /**
   * Checks every comparison and runs every operation as one step, or, when any comparison fails, runs none. No limit
   * on the number or size of operations.
   *
   * A key is touched once: two puts of a key, or a put of a key that a delete or deletePrefix of the same transaction
   * covers, is an InvalidArgument (etcd refuses it as well). Deletes may overlap. Deleting what is absent succeeds.
   *
   * @throws StoreError InvalidArgument | LeaseNotFound | Unavailable | Closed
   */
  txn(transaction: Transaction): Promise<TxnResult>;

  /**
   * Follows the changes of keys that begin with `prefix`, from `fromRevision` on (inclusive; default: the first
   * revision after the call resolved). Resume after a batch with `fromRevision: batch.revision + 1`: nothing is lost
   * and nothing comes twice, across restarts of the store too. A `fromRevision` in the future waits for it.
   *
   * @throws CompactedError here, or later from the iterator when the reader is so slow that history it has not read
   *   was compacted. The watch is then over.
   */
  watch(prefix: string, options?: WatchOptions): Promise<Watch>;

  /**
   * Forgets history: afterwards range() at a revision below `revision` and watch() from one at or below it may fail
   * with CompactedError; range at `revision` and watch from `revision + 1` work. Current entries stay. Compacting what
   * is compacted succeeds. Implementations also compact by themselves.
   *
   * @throws StoreError FutureRevision
   */
  compact(revision: number): Promise<void>;

  /** Makes a lease. When it ends, by revoke or because nobody kept it alive, keys put with it are deleted as one revision. */
  grant(ttlSeconds: number): Promise<Lease>;

  /** Gives the lease its full time again. @throws StoreError LeaseNotFound */
  keepAlive(leaseId: string): Promise<Lease>;

  /** Ends the lease now and deletes its keys. Revoking what is gone succeeds. */
  revoke(leaseId: string): Promise<void>;

  status(): Promise<StoreStatus>;

  /** Answers what was asked before, ends all watches, lets go of the data. Closing twice succeeds. Leases stay. */
  close(): Promise<void>;
}

export interface Entry {
  readonly key: string;
  readonly value: string;
  /** Revision at which the key last came into existence. */
  readonly createRevision: number;
  /** Revision of the last put. */
  readonly modRevision: number;
  /** Number of puts since it came into existence; 1 after the first. */
  readonly version: number;
  /** The lease that the last put named. */
  readonly lease?: string;
}

export interface RangeOptions {
  /** At most so many entries (at least 1); `more` tells whether others follow. */
  limit?: number;
  /** Only keys after this one; for pages: the last key of the page before, with the `revision` of the first page. */
  startAfter?: string;
  /** As it was at this revision. @throws CompactedError, StoreError FutureRevision */
  revision?: number;
}

export interface RangeResult {
  /** The revision these entries are of: `options.revision`, else the newest. Watch from `revision + 1` to follow on. */
  readonly revision: number;
  readonly entries: Entry[];
  readonly more: boolean;
}

export interface Transaction {
  /** All must hold; absent or empty: always runs. */
  compare?: readonly Compare[];
  ops: readonly Op[];
}

/** `modRevision: 0` holds when the key does not exist. */
export type Compare = { key: string; modRevision: number } | { key: string; exists: boolean };

export type Op =
  /** A put without `lease` detaches the key from the lease it had. */
  | { op: "put"; key: string; value: string; lease?: string }
  | { op: "delete"; key: string }
  | { op: "deletePrefix"; prefix: string };

export type TxnResult =
  /** `revision`: that of the changes, or the newest when nothing changed. */
  | { readonly committed: true; readonly revision: number }
  /** `revision`: the one the comparisons were made at. */
  | { readonly committed: false; readonly revision: number; readonly failed: FailedCompare[] };

export interface FailedCompare {
  readonly compare: Compare;
  /** What is there instead. */
  readonly actual: Entry | undefined;
}

export interface WatchOptions {
  fromRevision?: number;
  /** Adds `previous` to events: the entry as it was before. */
  withPrevious?: boolean;
  /** Ends the watch when aborted, as close() does. */
  signal?: AbortSignal;
}

/**
 * One reader's place in the history. Iterate it once. Batches wait for their reader without being copied: a slow
 * reader costs no memory and delays nobody.
 */
export interface Watch extends AsyncIterable<WatchBatch> {
  /** The newest revision when the watch began. */
  readonly revision: number;
  /**
   * Asks for a batch without events: it comes after everything up to its revision, which is at least the newest
   * revision of the moment of asking. That is how a reader knows that it has seen everything.
   */
  requestProgress(): void;
  /** Ends the iteration; batches not yet taken are dropped. */
  close(): void;
}

/** All changes of one revision under the prefix, in the order of the transaction's operations; never split. */
export interface WatchBatch {
  readonly revision: number;
  /** Empty in the answer to requestProgress(). */
  readonly events: WatchEvent[];
}

export type WatchEvent =
  | {
      readonly type: "put";
      readonly key: string;
      readonly value: string;
      readonly revision: number;
      /** Equal to `revision` when the put created the key. */
      readonly createRevision: number;
      readonly version: number;
      readonly lease?: string;
      readonly previous?: Entry;
    }
  | { readonly type: "delete"; readonly key: string; readonly revision: number; readonly previous?: Entry };

export interface Lease {
  readonly id: string;
  /** At least what was asked for; an implementation may round up. A restart of the store begins it anew. */
  readonly ttlSeconds: number;
}

export interface StoreStatus {
  readonly storeId: string;
  readonly revision: number;
  /** History up to and including this revision is gone; 0 while nothing was compacted. */
  readonly compactRevision: number;
  /** Bytes on disk. */
  readonly sizeBytes: number;
}
