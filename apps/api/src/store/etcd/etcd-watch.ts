import { setTimeout as delay } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import type { Watch, WatchBatch, WatchEvent, WatchOptions } from "../store.js";
import { CompactedError, StoreError } from "../store-error.js";
import type { Cluster } from "./cluster.js";
import type { Gate } from "./gate.js";
import { History, type RawBatch, type RawChange } from "./history.js";
import type { Layout } from "./layout.js";
import type { WatchResponse } from "./messages.js";
import type { RawEntry } from "./raw-entry.js";
import type { Reader } from "./reader.js";
import { isRpcError } from "./rpc-error.js";

export interface WatchParts {
  cluster: Cluster;
  layout: Layout;
  reader: Reader;
  /** Called when a large transaction is seen that somebody has to finish. */
  onOpenGate: (gate?: Gate) => void;
  onClose: (watch: EtcdWatch) => void;
}

// What a reader that does not read may have waiting. Beyond, the stream ends, and begins again where it was.
const mostBatches = 256;
const mostChanges = 20_000;

/**
 * Follows everything visible with one etcd watch, whose order is therefore the order of everything, and keeps what is
 * under the prefix. A lost stream is opened again, at another member, after what was last seen.
 */
export class EtcdWatch implements Watch {
  readonly revision: number;
  readonly #parts: WatchParts;
  readonly #prefix: string;
  readonly #withPrevious: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #history: History;
  readonly #batches: WatchBatch[] = [];
  #changes = 0;
  #failure: Error | undefined;
  #isClosed = false;
  #isIterated = false;
  #wakeReader: (() => void) | undefined;
  #wakeStream: (() => void) | undefined;
  #cancel: (() => void) | undefined;
  /** Revisions that a reader waits to be told of: it has seen everything up to them. */
  #target: number | undefined;
  #isProbing = false;

  constructor(parts: WatchParts, prefix: string, options: WatchOptions, now: number, position: number, gate: Gate) {
    this.revision = now;
    this.#parts = parts;
    this.#prefix = prefix;
    this.#withPrevious = options.withPrevious ?? false;
    this.#history = new History(parts.layout, position, gate);
    this.#signal = options.signal;
    this.#signal?.addEventListener("abort", this.close, { once: true });
    if (this.#signal?.aborted) this.close();
    void this.#run();
  }

  requestProgress(): void {
    void this.#ask();
  }

  readonly close = (): void => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#signal?.removeEventListener("abort", this.close);
    this.#cancel?.();
    this.#wakeReader?.();
    this.#wakeStream?.();
    this.#parts.onClose(this);
  };

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchBatch> {
    if (this.#isIterated) throw new StoreError("InvalidArgument", "a watch can be iterated once");
    this.#isIterated = true;
    try {
      for (;;) {
        if (this.#isClosed) return;
        const batch = this.#batches.shift();
        if (batch !== undefined) {
          this.#changes -= batch.events.length;
          if (!this.#isFull) this.#wakeStream?.();
          yield batch;
        } else if (this.#failure !== undefined) throw this.#failure;
        else await new Promise<void>((resolve) => (this.#wakeReader = resolve));
      }
    } finally {
      this.close();
    }
  }

  get #isFull(): boolean {
    return this.#batches.length >= mostBatches || this.#changes >= mostChanges;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isClosed && this.#failure === undefined; ) {
      if (this.#isFull) await new Promise<void>((resolve) => (this.#wakeStream = resolve));
      if (this.#isClosed) return;
      const before = this.#history.position;
      try {
        await this.#follow();
      } catch (error) {
        if (this.#isClosed) return;
        if (error instanceof StoreError && error.code !== "Unavailable") {
          this.#failure = error;
          this.#wakeReader?.();
          return;
        }
      }
      failures = this.#history.position > before ? 0 : failures + 1;
      if (!this.#isFull && !this.#isClosed) await delay(Math.min(20 * failures, 500), undefined, { ref: false });
    }
  }

  /** Follows one stream until it ends. */
  async #follow(): Promise<void> {
    const { cluster, layout } = this.#parts;
    this.#history.rewind();
    const { stream, member } = await cluster.watch();
    this.#cancel = () => stream.cancel();
    // Errors reach the loop below; one after cancel() reaches nobody.
    stream.on("error", () => {});
    if (this.#isClosed) return void stream.cancel();
    stream.write({
      createRequest: {
        ...layout.visible,
        startRevision: this.#history.position + 1,
        progressNotify: true,
        prevKv: this.#withPrevious,
      },
    });
    try {
      for await (const response of stream as AsyncIterable<WatchResponse>) {
        await this.#take(response);
        if (this.#isClosed || this.#isFull) return;
      }
      if (!this.#isClosed) cluster.failed(member);
    } catch (error) {
      // A stream that was cancelled on this side says nothing of its member.
      if (isRpcError(error) && error.code !== status.CANCELLED) cluster.failed(member, error);
      throw error;
    } finally {
      this.#cancel = undefined;
      stream.cancel();
    }
  }

  async #take(response: WatchResponse): Promise<void> {
    if (response.canceled) {
      const compacted = Number(response.compactRevision);
      if (compacted > 0) throw new CompactedError(this.#history.position + 1, compacted);
      throw new StoreError("Unavailable", `etcd ended the watch: ${response.cancelReason}`);
    }
    if (response.events.length === 0) {
      if (!response.created) this.#history.advance(Number(response.header!.revision));
    } else {
      const batches = this.#history.take(response.events);
      if (this.#history.isFolding) this.#parts.onOpenGate();
      for (const batch of batches) await this.#deliver(batch);
    }
    this.#tell();
  }

  async #deliver({ revision, changes }: RawBatch): Promise<void> {
    const mine = changes.filter(({ key }) => key.startsWith(this.#prefix));
    if (mine.length === 0) return;
    const events = await Promise.all(mine.map((change) => this.#event(revision, change)));
    this.#batches.push({ revision, events });
    this.#changes += events.length;
    this.#wakeReader?.();
  }

  async #event(revision: number, { key, etcdRevision, entry, previous }: RawChange): Promise<WatchEvent> {
    const { reader } = this.#parts;
    const whole = async ({ stored, ...rest }: RawEntry, at: number) => ({
      ...rest,
      value: await reader.value(stored, at),
    });
    const before =
      this.#withPrevious && previous !== undefined ? { previous: await whole(previous, etcdRevision - 1) } : {};
    if (entry === undefined) return { type: "delete", key, revision, ...before };
    const { modRevision: _, ...put } = await whole(entry, etcdRevision);
    return { type: "put", ...put, revision, ...before };
  }

  async #ask(): Promise<void> {
    for (;;) {
      if (this.#isClosed || this.#failure !== undefined) return;
      try {
        const { revision } = await this.#parts.reader.look([]);
        this.#target = Math.max(this.#target ?? 0, revision);
        break;
      } catch {
        await delay(200, undefined, { ref: false });
      }
    }
    this.#tell();
    void this.#probe();
  }

  #tell(): void {
    if (this.#target === undefined || this.#history.position < this.#target) return;
    this.#target = undefined;
    this.#batches.push({ revision: this.#history.position, events: [] });
    this.#wakeReader?.();
  }

  /**
   * Finds out whether the target is reached although nothing comes. etcd 3.4 answers a watch's request for progress
   * without regard to events still on their way (https://github.com/etcd-io/etcd/issues/15220), so it is read:
   * between two revisions nothing visible happened when there is no newer mark (every transaction leaves one), no
   * newer gate, and as many keys as before (leases only ever delete).
   */
  async #probe(): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    try {
      while (this.#target !== undefined && !this.#isClosed && this.#failure === undefined) {
        const { position } = this.#history;
        const target = this.#target;
        if (
          !this.#history.isFolding &&
          (await this.#isQuiet(position, target)) &&
          this.#history.position === position
        ) {
          this.#history.advance(target);
          this.#tell();
        }
        if (this.#target !== undefined) await delay(20, undefined, { ref: false });
      }
    } finally {
      this.#isProbing = false;
    }
  }

  async #isQuiet(position: number, target: number): Promise<boolean> {
    const { layout, reader } = this.#parts;
    const count = { ...layout.visible, countOnly: true };
    try {
      const [now, then] = await Promise.all([
        reader.look([layout.newestMark, count], target),
        reader.look([count], Math.max(1, position)),
      ]);
      const newest = Number(now.answers[0]!.kvs[0]?.modRevision ?? 0);
      const isSame = now.answers[1]!.count === then.answers[0]!.count;
      return newest <= position && now.gate.revision <= position && isSame;
    } catch {
      return false;
    }
  }
}
