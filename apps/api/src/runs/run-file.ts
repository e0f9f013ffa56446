import { setTimeout as sleep } from "node:timers/promises";
import { keys, type RunSeries, type RunStatus } from "@ratchet/contracts";
import type { Core } from "../core.js";
import type { ScenarioRunRecord, Undo } from "../state/records.js";

const RETRY_MS = 500;

class NotOurs extends Error {
  override readonly name = "NotOurs";
  override readonly message = "the run is another process's now";
}

interface Content {
  status: RunStatus;
  undo: readonly Undo[];
  series?: RunSeries;
}

/**
 * A run's record in the store, written by one process. Of writes that come while one is under way the last one counts;
 * each is compared with what is there, so a process that another has taken the run from cannot write any more.
 */
export class RunFile {
  readonly #core: Core;
  readonly #key: string;
  readonly #owner: string;
  readonly #onLost: () => void;
  #next: Content | undefined;
  #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #isWriting = false;
  #isClosed = false;

  /** `onLost`: another process has the run, or it is gone. */
  constructor(core: Core, key: string, owner: string, onLost: () => void) {
    this.#core = core;
    this.#key = key;
    this.#owner = owner;
    this.#onLost = onLost;
  }

  /** Resolves when the store holds this, or something newer of ours. Rejects when it cannot be written, or is not ours. */
  write(status: RunStatus, undo: readonly Undo[]): Promise<void> {
    const written = this.#put({ status, undo: [...undo] });
    // Who waits hears of it; who does not will write again.
    written.catch(() => {});
    return written;
  }

  /** The last write, tried until it succeeds or the run is another's. */
  async finish(status: RunStatus, undo: readonly Undo[], series: RunSeries): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#put({ status, undo: [...undo], series });
        return;
      } catch {
        await sleep(RETRY_MS);
      }
    }
  }

  close(): void {
    this.#isClosed = true;
  }

  #put(content: Content): Promise<void> {
    this.#next = content;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      void this.#writeOn();
    });
  }

  async #writeOn(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    for (let content = this.#next; content !== undefined; content = this.#next) {
      const waiting = this.#waiting.splice(0);
      this.#next = undefined;
      try {
        await this.#commit(content);
        for (const { resolve } of waiting) resolve();
      } catch (error) {
        for (const { reject } of waiting) reject(error as Error);
      }
    }
    this.#isWriting = false;
  }

  async #commit({ status, undo, series }: Content): Promise<void> {
    if (this.#isClosed) throw new NotOurs();
    try {
      await this.#core.transactor.commit("", (draft) => {
        const held = draft.read<ScenarioRunRecord>(this.#key);
        if (held === undefined || held.owner !== this.#owner) throw new NotOurs();
        draft.put(this.#key, { ...held, undo: [...undo], status } satisfies ScenarioRunRecord);
        if (series !== undefined) draft.put(keys.seriesOfRun(held.namespace, held.name), series);
      });
    } catch (error) {
      if (error instanceof NotOurs) {
        this.#isClosed = true;
        this.#onLost();
      }
      throw error;
    }
  }
}
