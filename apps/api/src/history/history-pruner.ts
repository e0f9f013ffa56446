import type { Logger } from "../logger.js";
import type { HistoryRepository } from "./history.repository.js";

const DAY_MS = 86_400_000;
const LONGEST_PAUSE_MS = 3_600_000;

export interface PrunerOptions {
  history: () => Promise<HistoryRepository>;
  /** Changes older than so many days go; fractions count. */
  keepDays: number;
  log: Logger;
}

/** Deletes changes that are older than what is kept, again and again. */
export class HistoryPruner {
  readonly #options: PrunerOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(options: PrunerOptions) {
    this.#options = options;
  }

  /** At once, then each hour; a quarter of the age where that is less. */
  start(): void {
    const everyMs = Math.min(LONGEST_PAUSE_MS, this.#options.keepDays * (DAY_MS / 4));
    this.#running = this.#prune();
    this.#timer = setInterval(() => {
      this.#running = this.#prune();
    }, everyMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #prune(): Promise<void> {
    const { history, keepDays, log } = this.#options;
    try {
      const pruned = await (await history()).prune(new Date(Date.now() - keepDays * DAY_MS));
      if (pruned > 0) log.info({ pruned, keepDays }, "deleted changes older than what is kept");
    } catch (err) {
      log.warn({ err }, "cannot delete old changes, trying again later");
    }
  }
}
