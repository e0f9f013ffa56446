import type { Store, TxnResult, Watch, WatchBatch } from "../store.js";

/** Puts one key and returns the revision. */
export async function put(store: Store, key: string, value: string, lease?: string): Promise<number> {
  const { revision } = await store.txn({ ops: [{ op: "put", key, value, ...(lease !== undefined && { lease }) }] });
  return revision;
}

export function remove(store: Store, key: string): Promise<TxnResult> {
  return store.txn({ ops: [{ op: "delete", key }] });
}

export async function keysOf(store: Store, prefix: string): Promise<string[]> {
  return (await store.range(prefix)).entries.map((entry) => entry.key);
}

/** Everything that comes until the watch has caught up with the present; then ends the watch. */
export async function drain(watch: Watch): Promise<WatchBatch[]> {
  const batches: WatchBatch[] = [];
  watch.requestProgress();
  for await (const batch of watch) {
    if (batch.events.length === 0) break;
    batches.push(batch);
  }
  return batches;
}

/** Batches as short text: `3: put /a=1, delete /b`. */
export function inShort(batches: readonly WatchBatch[], from = 0): string[] {
  return batches.map(({ revision, events }) => {
    const shown = events.map((event) =>
      event.type === "put" ? `put ${event.key}=${event.value}` : `delete ${event.key}`,
    );
    return `${revision - from}: ${shown.join(", ")}`;
  });
}

/** The next batch with events. */
export async function next(watch: Watch, isWanted: (batch: WatchBatch) => boolean = () => true): Promise<WatchBatch> {
  for await (const batch of watch) if (batch.events.length > 0 && isWanted(batch)) return batch;
  throw new Error("the watch ended");
}
