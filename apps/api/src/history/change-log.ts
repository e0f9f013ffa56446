import { keys } from "@ratchet/contracts";
import type { Store } from "../store/store.js";
import { byNewest, type ChangeQuery, type ChangeRecord, matches } from "./change-record.js";
import type { HistoryRepository } from "./history.repository.js";
import { changeIn } from "./outbox-entry.js";

/** Every accepted change, whether it has reached the history database yet or not. */
export class ChangeLog {
  readonly #store: Store;
  readonly #history: () => Promise<HistoryRepository>;
  readonly #isStoreAway: () => boolean;

  constructor(store: Store, history: () => Promise<HistoryRepository>, isStoreAway: () => boolean = () => false) {
    this.#store = store;
    this.#history = history;
    this.#isStoreAway = isStoreAway;
  }

  /** Newest first; while the store is away, what the database has. @throws HistoryError Unavailable */
  async list(query: ChangeQuery): Promise<ChangeRecord[]> {
    // In this order: what is drained in between shows up in both places, and never in neither.
    const entries = this.#isStoreAway() ? [] : (await this.#store.range(keys.outbox())).entries;
    const kept = await (await this.#history()).list(query);
    const { before } = query;
    const byId = new Map(kept.map((change) => [change.id, change]));
    for (const change of entries.flatMap((entry) => changeIn(entry) ?? [])) {
      if (matches(change, query) && (before === undefined || change.id < before)) byId.set(change.id, change);
    }
    return [...byId.values()].sort(byNewest).slice(0, query.limit);
  }

  /** @throws HistoryError Unavailable */
  async get(id: string): Promise<ChangeRecord | undefined> {
    const entry = this.#isStoreAway() ? undefined : await this.#store.get(keys.change(id));
    if (entry !== undefined) return changeIn(entry);
    return (await this.#history()).get(id);
  }
}
