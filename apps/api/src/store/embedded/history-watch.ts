import type { Entry, Watch, WatchBatch, WatchEvent, WatchOptions } from "../store.js";
import { CompactedError, StoreError } from "../store-error.js";
import type { Change } from "./record.js";
import type { State } from "./state.js";

type Taken = WatchBatch | "end" | Error;

/** A cursor on the history in memory: it holds no batches of its own. */
export class HistoryWatch implements Watch {
  readonly revision: number;
  readonly #state: State;
  readonly #prefix: string;
  readonly #withPrevious: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #onClose: (watch: HistoryWatch) => void;
  /** The next revision to look at. */
  #cursor: number;
  #isProgressAsked = false;
  #isClosed = false;
  #isIterated = false;
  #waiting: ((taken: Taken) => void) | undefined;

  constructor(state: State, prefix: string, options: WatchOptions, onClose: (watch: HistoryWatch) => void) {
    this.revision = state.revision;
    this.#state = state;
    this.#prefix = prefix;
    this.#withPrevious = options.withPrevious ?? false;
    this.#onClose = onClose;
    this.#cursor = options.fromRevision ?? state.revision + 1;
    if (this.#cursor <= state.compactRevision) throw new CompactedError(this.#cursor, state.compactRevision);
    this.#signal = options.signal;
    this.#signal?.addEventListener("abort", this.close, { once: true });
    if (this.#signal?.aborted) this.close();
  }

  requestProgress(): void {
    this.#isProgressAsked = true;
    this.notify();
  }

  readonly close = (): void => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#signal?.removeEventListener("abort", this.close);
    this.#onClose(this);
    this.notify();
  };

  /**
   * Hands the next batch to a waiting reader. Called at each commit, before anything else may compact: a reader that
   * waits is never too slow.
   */
  notify(): void {
    if (this.#waiting === undefined) return;
    const taken = this.#take();
    if (taken === undefined) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting(taken);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchBatch> {
    if (this.#isIterated) throw new StoreError("InvalidArgument", "a watch can be iterated once");
    this.#isIterated = true;
    try {
      for (;;) {
        const taken = this.#take() ?? (await new Promise<Taken>((resolve) => (this.#waiting = resolve)));
        if (taken === "end") return;
        if (taken instanceof Error) throw taken;
        yield taken;
      }
    } finally {
      this.close();
    }
  }

  #take(): Taken | undefined {
    if (this.#isClosed) return "end";
    if (this.#cursor <= this.#state.compactRevision)
      return new CompactedError(this.#cursor, this.#state.compactRevision);
    for (const { revision, changes } of this.#state.batchesFrom(this.#cursor)) {
      this.#cursor = revision + 1;
      const mine = changes.filter(({ key }) => key.startsWith(this.#prefix));
      if (mine.length > 0) return { revision, events: mine.map((change) => eventOf(change, this.#withPrevious)) };
    }
    if (!this.#isProgressAsked) return undefined;
    this.#isProgressAsked = false;
    return { revision: Math.max(this.#state.revision, this.#cursor - 1), events: [] };
  }
}

function eventOf({ key, revision, entry, previous }: Change, withPrevious: boolean): WatchEvent {
  const before: { previous?: Entry } =
    withPrevious && previous?.entry !== undefined ? { previous: previous.entry } : {};
  if (entry === undefined) return { type: "delete", key, revision, ...before };
  const { value, createRevision, version, lease } = entry;
  return {
    type: "put",
    key,
    value,
    revision,
    createRevision,
    version,
    ...(lease !== undefined && { lease }),
    ...before,
  };
}
