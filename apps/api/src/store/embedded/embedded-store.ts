import { checkKey, checkRevision, checkText, checkTransaction } from "../check-transaction.js";
import type {
  Entry,
  Lease,
  RangeOptions,
  RangeResult,
  Store,
  StoreStatus,
  Transaction,
  TxnResult,
  Watch,
  WatchOptions,
} from "../store.js";
import { StoreError } from "../store-error.js";
import { type Clock, systemClock } from "./clock.js";
import { isDiskFull } from "./file-error.js";
import { Group } from "./group.js";
import { HistoryWatch } from "./history-watch.js";
import { Leases } from "./leases.js";
import type { State } from "./state.js";
import { StoreFile } from "./store-file.js";

export interface EmbeddedStoreOptions {
  /** The database file; made with its folder when absent. SQLite keeps `<path>-wal` beside it while it is open. */
  path: string;
  /** Revisions of history to keep for watches and past reads. */
  historyRevisions?: number;
  /** Characters of keys and values that the history may take in memory and, about the same, on disk. */
  historySize?: number;
  /** The most pages of 4 KiB that the file may have. */
  maxFilePages?: number;
  clock?: Clock;
}

// Forgetting a few revisions at a time spares most puts from touching old pages.
const compactionStep = 64;
// However big its transactions are, history keeps enough for a reader that is only a moment behind.
const leastRevisions = 16;

/**
 * Opens the store of one machine: one file, reads from memory, each answer synced before it is given.
 *
 * @throws StoreError Locked | Foreign | TooNew | Corrupt | Unavailable, naming file and remedy, with nothing changed
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<Store> {
  return new EmbeddedStore(options);
}

interface Call {
  run(group: Group): unknown;
  resolve(result: never): void;
  reject(error: unknown): void;
}

class EmbeddedStore implements Store {
  readonly storeId: string;
  readonly #path: string;
  readonly #file: StoreFile;
  readonly #state: State;
  readonly #leases: Leases;
  readonly #watches = new Set<HistoryWatch>();
  readonly #historyRevisions: number;
  readonly #historySize: number;
  #queue: Call[] = [];
  #failure: StoreError | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: EmbeddedStoreOptions) {
    const { path, historyRevisions = 10_000, historySize = 64 * 2 ** 20, clock = systemClock } = options;
    this.#path = path;
    this.#historyRevisions = historyRevisions;
    this.#historySize = historySize;
    this.#file = StoreFile.open(path, options.maxFilePages);
    try {
      const { storeId, state, leases } = this.#file.load();
      this.storeId = storeId;
      this.#state = state;
      this.#leases = new Leases(clock, () => void this.#call((group) => group.expire()).catch(() => {}));
      this.#restoreLeases(leases);
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  async get(key: string): Promise<Entry | undefined> {
    checkKey(key);
    this.#checkUsable();
    return this.#state.get(key);
  }

  async range(prefix: string, options: RangeOptions = {}): Promise<RangeResult> {
    checkText("prefix", prefix);
    if (options.limit !== undefined && !(Number.isSafeInteger(options.limit) && options.limit >= 1)) {
      throw new StoreError("InvalidArgument", `limit must be an integer from 1 on, not ${options.limit}`);
    }
    if (options.revision !== undefined) checkRevision("revision", options.revision);
    this.#checkUsable();
    return this.#state.range(prefix, options);
  }

  async txn(transaction: Transaction): Promise<TxnResult> {
    checkTransaction(transaction);
    return this.#call((group) => group.txn(transaction));
  }

  async watch(prefix: string, options: WatchOptions = {}): Promise<Watch> {
    checkText("prefix", prefix);
    if (options.fromRevision !== undefined) checkRevision("fromRevision", options.fromRevision);
    this.#checkUsable();
    const watch = new HistoryWatch(this.#state, prefix, options, () => this.#watches.delete(watch));
    if (!options.signal?.aborted) this.#watches.add(watch);
    return watch;
  }

  async compact(revision: number): Promise<void> {
    checkRevision("revision", revision);
    await this.#call((group) => group.compact(revision));
  }

  async grant(ttlSeconds: number): Promise<Lease> {
    if (!Number.isFinite(ttlSeconds) || ttlSeconds <= 0) {
      throw new StoreError("InvalidArgument", `ttlSeconds must be a positive number, not ${ttlSeconds}`);
    }
    return this.#call((group) => group.grant(ttlSeconds));
  }

  async keepAlive(leaseId: string): Promise<Lease> {
    this.#checkUsable();
    return this.#leases.keepAlive(leaseId);
  }

  async revoke(leaseId: string): Promise<void> {
    await this.#call((group) => group.revoke(leaseId));
  }

  async status(): Promise<StoreStatus> {
    this.#checkUsable();
    const { revision, compactRevision } = this.#state;
    return { storeId: this.storeId, revision, compactRevision, sizeBytes: this.#file.sizeBytes };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#commit();
    for (const watch of this.#watches) watch.close();
    this.#leases.close();
    this.#file.close();
  }

  /** Queues a call for the next commit: all that come in one turn of the event loop share it. */
  #call<Result>(run: (group: Group) => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#checkUsable();
      if (this.#queue.length === 0) setImmediate(() => this.#commit());
      this.#queue.push({ run, resolve, reject });
    });
  }

  #commit(): void {
    const calls = this.#queue;
    this.#queue = [];
    if (calls.length === 0) return;

    const group = new Group(this.#state, this.#leases);
    const answers: (() => void)[] = [];
    for (const { run, resolve, reject } of calls) {
      try {
        const result = run(group);
        answers.push(() => resolve(result as never));
      } catch (error) {
        answers.push(() => reject(error));
      }
    }
    const tooOld = this.#tooOld();
    if (tooOld !== undefined) group.compact(tooOld);

    const write = group.write();
    try {
      if (write !== undefined) this.#file.write(write);
    } catch (error) {
      group.undo();
      const failure = this.#failed(error as Error);
      for (const call of calls) call.reject(failure);
      return;
    }
    for (const watch of this.#watches) watch.notify();
    if (write?.compact !== undefined) this.#state.forget(write.compact.revision);
    for (const answer of answers) answer();
  }

  /** The newest revision that no longer fits into the history; undefined while compacting is not yet worth it. */
  #tooOld(): number | undefined {
    const { revision, compactRevision, historyLength, historySize } = this.#state;
    let drop = historyLength - this.#historyRevisions;
    if (drop < compactionStep) drop = 0;
    if (historySize > this.#historySize) {
      let size = historySize;
      for (const batch of this.#state.batchesFrom(compactRevision + 1)) {
        if (size <= this.#historySize * 0.9) break;
        size -= batch.size;
        drop = Math.max(drop, batch.revision - compactRevision);
      }
    }
    drop = Math.min(drop, historyLength - leastRevisions);
    return drop > 0 ? Math.min(revision, compactRevision + drop) : undefined;
  }

  #failed(error: Error): StoreError {
    if (isDiskFull(error)) {
      return new StoreError("Full", `the disk of ${this.#path} is full; nothing was changed`, { cause: error });
    }
    // After a failed sync the kernel may have dropped what it could not write: only reading the file again tells what
    // it holds (https://lwn.net/Articles/752063/).
    const message = `${this.#path} cannot be written (${error.message}); whether the change is kept shows after a restart`;
    this.#failure = new StoreError("Unavailable", message, { cause: error });
    return this.#failure;
  }

  #checkUsable(): void {
    if (this.#closing !== undefined) throw new StoreError("Closed", `the store ${this.#path} is closed`);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #restoreLeases(leases: { id: string; ttlSeconds: number }[]): void {
    for (const { id, ttlSeconds } of leases) this.#leases.add(id, ttlSeconds);
    for (const { key, lease } of this.#state.range("", {}).entries) {
      if (lease !== undefined) this.#leases.attach(lease, key, true);
    }
    this.#state.onLease = (leaseId, key, isAttached) => this.#leases.attach(leaseId, key, isAttached);
  }
}
