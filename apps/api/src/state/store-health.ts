import type { Logger } from "../logger.js";
import type { Store } from "../store/store.js";

export interface StoreHealthOptions {
  /** Pause between two questions, in milliseconds. */
  everyMs?: number;
  /** How long an answer may take, in milliseconds; longer than three etcd members take to elect a leader. */
  withinMs?: number;
}

type Listener = (isAway: boolean) => void;

/**
 * Asks the store again and again whether it is there. A watch cannot tell: it waits in silence for its store to come
 * back, and what the mirror shows meanwhile is the last that was known.
 */
export class StoreHealth {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #everyMs: number;
  readonly #withinMs: number;
  readonly #listeners: Listener[] = [];
  readonly #stop = new AbortController();
  #awaySince: string | null = null;

  constructor(store: Store, log: Logger, { everyMs = 1000, withinMs = 3000 }: StoreHealthOptions = {}) {
    this.#store = store;
    this.#log = log;
    this.#everyMs = everyMs;
    this.#withinMs = withinMs;
  }

  /** ISO 8601: since when it has not answered; null while it does. */
  get awaySince(): string | null {
    return this.#awaySince;
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const askedAt = new Date().toISOString();
      const slow = setTimeout(() => this.#set(askedAt), this.#withinMs);
      try {
        await this.#store.status();
        this.#set(null);
      } catch (error) {
        if (!signal.aborted) this.#set(askedAt, error);
      } finally {
        clearTimeout(slow);
      }
      await this.#pause();
    }
  }

  #set(awaySince: string | null, error?: unknown): void {
    if (this.#stop.signal.aborted || (awaySince === null) === (this.#awaySince === null)) return;
    this.#awaySince = awaySince;
    if (awaySince === null) this.#log.info({}, "the store answers again");
    else
      this.#log.error({ err: error }, "the store does not answer: reads show what was last known, writes are refused");
    for (const listener of this.#listeners) listener(awaySince !== null);
  }

  #pause(): Promise<void> {
    const { signal } = this.#stop;
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, this.#everyMs);
      timer.unref();
      signal.addEventListener("abort", end);
      if (signal.aborted) end();
    });
  }
}
