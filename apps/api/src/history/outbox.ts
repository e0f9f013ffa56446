import { keys } from "@ratchet/contracts";
import type { Compare, Store } from "../store/store.js";
import { isCompacted } from "../store/store-error.js";
import { Backoff } from "./backoff.js";
import { drain } from "./drain.js";
import type { HistoryRepository } from "./history.repository.js";

export interface OutboxHealth {
  /** False while the last attempt to drain failed. */
  isHealthy: boolean;
  /** Why it failed. */
  message?: string;
  /** ISO 8601; since when it has been failing. */
  since?: string;
}

export interface OutboxOptions {
  store: Store;
  /** Gives the repository; called before each attempt, so that a database that could not be opened is tried again. */
  history: () => Promise<HistoryRepository>;
  /** Called when draining begins to fail and for each further failure, and with undefined when it works again. */
  onHealth?: (error: Error | undefined) => void;
  /** Called for each record that the history cannot have, and that was put beside the outbox. */
  onAside?: (key: string, reason: string) => void;
  /** What every removal compares: of several replicas one drains. */
  fence?: () => Compare[];
  /** How long to gather changes before they are drained together, in milliseconds. */
  gatherMs?: number;
  /** The delay after the first failure and the longest, in milliseconds. */
  retryMs?: { first: number; longest: number };
}

const changesPerStep = 500;

/**
 * Moves change records from the store, where their transactions left them, to the history database: appended first,
 * deleted after. Appending twice is harmless, so a crash in between loses nothing and doubles nothing.
 *
 * While the database fails the records stay in the store and nothing else waits for them. A record that it can never
 * have, because somebody else wrote it, is kept beside, so that it holds up none behind it.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #stop = new AbortController();
  readonly #backoff: Backoff;
  #running: Promise<void> | undefined;
  #failure: { error: Error; since: string } | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const { first, longest } = options.retryMs ?? { first: 200, longest: 5000 };
    this.#backoff = new Backoff(first, longest);
  }

  /** Begins to drain: what an earlier process left, then what comes. */
  start(): void {
    this.#running ??= this.#run();
  }

  health(): OutboxHealth {
    if (this.#failure === undefined) return { isHealthy: true };
    return { isHealthy: false, message: this.#failure.error.message, since: this.#failure.since };
  }

  /** Number of changes that wait to be drained. */
  async waiting(): Promise<number> {
    return (await this.#options.store.range(keys.outbox())).entries.length;
  }

  /** Ends after the step under way. What is not drained stays in the store for the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#follow();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        // A watch that fell behind only has to begin anew: the next round lists what there is.
        if (isCompacted(error)) continue;
        this.#fail(error as Error);
        await this.#pause(this.#backoff.nextMs());
      }
    }
  }

  async #follow(): Promise<void> {
    let drainedAt = await this.#drain();
    const watch = await this.#options.store.watch(keys.outbox(), {
      fromRevision: drainedAt + 1,
      signal: this.#stop.signal,
    });
    try {
      for await (const { revision, events } of watch) {
        // Its own deletes come by here as well, and what an earlier round took along.
        if (revision <= drainedAt || !events.some((event) => event.type === "put")) continue;
        // Not at once: the wire that the change asks for goes first, and one insert for many costs little more.
        await this.#pause(this.#options.gatherMs ?? 200);
        drainedAt = await this.#drain();
      }
      // The store was closed: the next call says so, and is tried again with growing pauses until close().
      if (!this.#stop.signal.aborted) throw new Error("the store ended the watch of the outbox");
    } finally {
      watch.close();
    }
  }

  /** Returns the revision at which nothing was waiting. */
  async #drain(): Promise<number> {
    const { store } = this.#options;
    for (;;) {
      const { entries, revision } = await store.range(keys.outbox(), { limit: changesPerStep });
      if (entries.length > 0) {
        const history = await this.#options.history();
        const { ops, aside } = await drain(entries, history, Date.now());
        const compare = this.#options.fence?.() ?? [];
        const { committed } = await store.txn({ compare, ops });
        if (!committed) throw new Error("another replica drains the outbox now");
        for (const { key, reason } of aside) this.#options.onAside?.(key, reason);
      }
      this.#recover();
      if (entries.length === 0 || this.#stop.signal.aborted) return revision;
    }
  }

  #fail(error: Error): void {
    this.#failure = { error, since: this.#failure?.since ?? new Date().toISOString() };
    this.#options.onHealth?.(error);
  }

  #recover(): void {
    this.#backoff.reset();
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    this.#options.onHealth?.(undefined);
  }

  async #pause(delayMs: number): Promise<void> {
    const { signal } = this.#stop;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, delayMs);
      signal.addEventListener("abort", end);
      if (signal.aborted) end();
    });
  }
}
