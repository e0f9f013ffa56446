import { randomUUID } from "node:crypto";
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
import { Blobs } from "./blobs.js";
import { Cluster } from "./cluster.js";
import { Compactions } from "./compactions.js";
import { EtcdWatch } from "./etcd-watch.js";
import { Folder } from "./folder.js";
import { type Gate, noGate } from "./gate.js";
import { Layout } from "./layout.js";
import { grantOnce, Once, randomLease } from "./once.js";
import { EtcdOptions, type EtcdOptionsInput } from "./options.js";
import { Reader } from "./reader.js";
import { absent } from "./requests.js";
import { isLeaseNotFound, isRpcError, storeErrorOf } from "./rpc-error.js";
import { Sweeper } from "./sweeper.js";
import { Transactions } from "./transactions.js";

const formatVersion = 1;
const sweepMs = 60_000;
// A writer that lives finishes by itself; others step in after this.
const helpAfterMs = 250;

export interface EtcdStoreHooks {
  /** Told of each step of a large transaction: tests kill the process there. */
  onStep?: (step: string) => void;
}

/**
 * Opens the store that etcd keeps: any number of processes may have it open.
 *
 * @throws StoreError InvalidArgument | Unavailable | Foreign | TooNew; a message names options, never secrets
 */
export async function openEtcdStore(input: EtcdOptionsInput, hooks: EtcdStoreHooks = {}): Promise<Store> {
  const parsed = EtcdOptions.safeParse(input);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new StoreError("InvalidArgument", `etcd options: ${problems.join("; ")}`);
  }
  const options = parsed.data;
  const cluster = new Cluster(options);
  try {
    const layout = new Layout(options.prefix);
    const store = new EtcdStore(options, cluster, layout, await identify(cluster, layout, options.prefix), hooks);
    store.start();
    return store;
  } catch (error) {
    await cluster.close();
    throw isRpcError(error) ? storeErrorOf(error) : error;
  }
}

/** Reads the store's id, or makes it: whoever comes first decides. */
async function identify(cluster: Cluster, layout: Layout, prefix: string): Promise<string> {
  const proposal = Buffer.from(JSON.stringify({ format: formatVersion, id: randomUUID() }));
  const { responses } = await cluster.call("txn", {
    compare: [absent({ key: layout.id })],
    success: [{ requestPut: { key: layout.id, value: proposal } }, { requestRange: { key: layout.id } }],
    failure: [{ requestRange: { key: layout.id } }],
  });
  const kv = responses.at(-1)!.responseRange!.kvs[0];
  let found: { format?: unknown; id?: unknown } = {};
  try {
    found = JSON.parse(kv!.value.toString()) as typeof found;
  } catch {}
  if (typeof found.format !== "number" || typeof found.id !== "string") {
    throw new StoreError("Foreign", `${prefix}id in etcd was not written by Ratchet: choose another prefix`);
  }
  if (found.format > formatVersion) {
    throw new StoreError("TooNew", `the store under ${prefix} in etcd was written by a newer Ratchet`);
  }
  return found.id;
}

class EtcdStore implements Store {
  readonly storeId: string;
  readonly #options: EtcdOptions;
  readonly #cluster: Cluster;
  readonly #layout: Layout;
  readonly #reader: Reader;
  readonly #compactions: Compactions;
  readonly #once: Once;
  readonly #folder: Folder;
  readonly #transactions: Transactions;
  readonly #sweeper: Sweeper;
  readonly #watches = new Set<EtcdWatch>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #helper: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: EtcdOptions, cluster: Cluster, layout: Layout, storeId: string, hooks: EtcdStoreHooks) {
    const { onStep = () => {} } = hooks;
    this.storeId = storeId;
    this.#options = options;
    this.#cluster = cluster;
    this.#layout = layout;
    const blobs = new Blobs(cluster, layout);
    this.#compactions = new Compactions(cluster, layout);
    this.#reader = new Reader(cluster, layout, blobs, this.#compactions, () => this.#help());
    this.#once = new Once(cluster, layout);
    this.#folder = new Folder(cluster, layout, this.#reader, onStep);
    this.#sweeper = new Sweeper(cluster, layout, this.#reader);
    const { reader, once, folder } = { reader: this.#reader, once: this.#once, folder: this.#folder };
    this.#transactions = new Transactions({ cluster, layout, reader, blobs, once, folder, options, onStep });
  }

  start(): void {
    const every = (ms: number, run: () => Promise<unknown>) =>
      this.#timers.push(setInterval(() => void this.#track(run()).catch(() => {}), ms).unref());
    void this.#track(this.#sweeper.sweep()).catch(() => {});
    every(sweepMs * (0.75 + Math.random() / 2), () => this.#sweeper.sweep());
    const { compactionSeconds } = this.#options;
    if (compactionSeconds > 0) {
      let before = 0;
      every(compactionSeconds * 1_000, async () => {
        const { revision } = await this.#reader.look([]);
        if (before > 0) await this.#compactions.compact(before);
        before = revision;
      });
    }
  }

  async get(key: string): Promise<Entry | undefined> {
    checkKey(key);
    return this.#call(() => this.#reader.get(key));
  }

  async range(prefix: string, options: RangeOptions = {}): Promise<RangeResult> {
    checkText("prefix", prefix);
    if (options.limit !== undefined && !(Number.isSafeInteger(options.limit) && options.limit >= 1)) {
      throw new StoreError("InvalidArgument", `limit must be an integer from 1 on, not ${options.limit}`);
    }
    if (options.revision !== undefined) checkRevision("revision", options.revision);
    return this.#call(() => this.#reader.range(prefix, options));
  }

  async txn(transaction: Transaction): Promise<TxnResult> {
    checkTransaction(transaction);
    for (const op of transaction.ops) if (op.op === "put" && op.lease !== undefined) checkLease(op.lease);
    return this.#call(() => this.#transactions.run(transaction));
  }

  async watch(prefix: string, options: WatchOptions = {}): Promise<Watch> {
    checkText("prefix", prefix);
    const { fromRevision } = options;
    if (fromRevision !== undefined) checkRevision("fromRevision", fromRevision);
    return this.#call(async () => {
      const now = await this.#reader.look([]);
      const position = Math.max(0, (fromRevision ?? now.revision + 1) - 1);
      const gate = await this.#gateAt(position, now);
      const parts = {
        cluster: this.#cluster,
        layout: this.#layout,
        reader: this.#reader,
        onOpenGate: () => this.#help(),
        onClose: (closed: EtcdWatch) => this.#watches.delete(closed),
      };
      const watch = new EtcdWatch(parts, prefix, options, now.revision, position, gate);
      this.#watches.add(watch);
      if (options.signal?.aborted || this.#closing !== undefined) watch.close();
      return watch;
    });
  }

  async compact(revision: number): Promise<void> {
    checkRevision("revision", revision);
    await this.#call(() => this.#compactions.compact(revision));
  }

  async grant(ttlSeconds: number): Promise<Lease> {
    if (!Number.isFinite(ttlSeconds) || ttlSeconds <= 0) {
      throw new StoreError("InvalidArgument", `ttlSeconds must be a positive number, not ${ttlSeconds}`);
    }
    return this.#call(async () => {
      const id = randomLease();
      return { id, ttlSeconds: await grantOnce(this.#cluster, id, Math.ceil(ttlSeconds)) };
    });
  }

  async keepAlive(leaseId: string): Promise<Lease> {
    checkLease(leaseId);
    return this.#call(async () => {
      const { ttl } = await this.#cluster.call("keepAlive", { id: leaseId });
      if (Number(ttl) <= 0) throw leaseNotFound(leaseId);
      return { id: leaseId, ttlSeconds: Number(ttl) };
    });
  }

  async revoke(leaseId: string): Promise<void> {
    if (!isLeaseId(leaseId)) return;
    await this.#call(async () => {
      await this.#cluster.call("revoke", { id: leaseId }).catch((error: unknown) => {
        if (!(isRpcError(error) && isLeaseNotFound(error))) throw error;
      });
    });
  }

  async status(): Promise<StoreStatus> {
    return this.#call(async () => {
      const [{ revision }, compactRevision, { dbSize }] = await Promise.all([
        this.#reader.look([]),
        this.#compactions.revision(),
        this.#cluster.call("status", {}),
      ]);
      return { storeId: this.storeId, revision, compactRevision, sizeBytes: Number(dbSize) };
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#helper);
    await Promise.allSettled(this.#running);
    for (const watch of this.#watches) watch.close();
    this.#once.close();
    await this.#cluster.close();
  }

  async #gateAt(position: number, now: { revision: number; gate: Gate }): Promise<Gate> {
    // Revision 0 would mean the newest to etcd.
    if (position === 0) return noGate;
    if (position >= now.revision) return now.gate;
    return (await this.#reader.look([], position)).gate;
  }

  async #call<Result>(run: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) throw new StoreError("Closed", "the store is closed");
    try {
      return await this.#track(run());
    } catch (error) {
      throw isRpcError(error) && !(error instanceof StoreError) ? storeErrorOf(error) : error;
    }
  }

  #track<Result>(promise: Promise<Result>): Promise<Result> {
    this.#running.add(promise);
    const done = () => void this.#running.delete(promise);
    promise.then(done, done);
    return promise;
  }

  /** Finishes a large transaction whose writer seems to be dead. */
  #help(): void {
    if (this.#helper !== undefined || this.#closing !== undefined) return;
    this.#helper = setTimeout(() => {
      this.#helper = undefined;
      const finish = async () => {
        const { gate } = await this.#reader.look([]);
        await this.#folder.fold(gate);
      };
      void this.#track(finish()).catch(() => {});
    }, helpAfterMs);
    this.#helper.unref();
  }
}

function isLeaseId(id: string): boolean {
  return /^[1-9]\d{0,14}$/.test(id);
}

function checkLease(id: string): void {
  if (!isLeaseId(id)) throw leaseNotFound(id);
}

function leaseNotFound(id: string): StoreError {
  return new StoreError("LeaseNotFound", `lease ${JSON.stringify(id)} does not exist or has expired`);
}
