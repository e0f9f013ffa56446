import type { HistoryRepository } from "./history.repository.js";

/** Opens the history when it is first needed, once; after a failure anew at the next need. */
export class LazyHistory {
  readonly #open: () => Promise<HistoryRepository>;
  #opening: Promise<HistoryRepository> | undefined;

  constructor(open: () => Promise<HistoryRepository>) {
    this.#open = open;
  }

  readonly repository = (): Promise<HistoryRepository> => {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  };

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    await opening?.then(
      (history) => history.close(),
      () => {},
    );
  }
}
