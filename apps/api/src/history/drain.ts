import { keys } from "@ratchet/contracts";
import type { Entry, Op } from "../store/store.js";
import type { ChangeRecord } from "./change-record.js";
import type { HistoryRepository } from "./history.repository.js";
import { HistoryError } from "./history-error.js";
import { changeIn } from "./outbox-entry.js";

/** A change that reaches the database so long after it was made is marked, ms. */
const LATE_MS = 10_000;

export interface Drained {
  /** What takes the entries out of the outbox. */
  ops: Op[];
  /** Entries that the database cannot have, with the reason: kept beside, so that they block nobody. */
  aside: { key: string; reason: string }[];
}

/**
 * Appends the changes of some entries to the history.
 *
 * @throws HistoryError Unavailable when the database takes nothing at all: then the entries stay where they are
 */
export async function drain(entries: readonly Entry[], history: HistoryRepository, nowMs: number): Promise<Drained> {
  const drained: Drained = { ops: [], aside: [] };
  const readable: { entry: Entry; change: ChangeRecord }[] = [];
  for (const entry of entries) {
    const change = changeIn(entry);
    if (change === undefined) setAside(drained, entry, "is no change record");
    else readable.push({ entry, change: nowMs - Date.parse(change.at) > LATE_MS ? { ...change, late: true } : change });
  }
  try {
    await history.append(readable.map(({ change }) => change));
    for (const { entry } of readable) drained.ops.push({ op: "delete", key: entry.key });
  } catch (error) {
    if (!isRejected(error)) throw error;
    for (const { entry, change } of readable) await appendOne(entry, change, history, drained);
  }
  return drained;
}

async function appendOne(
  entry: Entry,
  change: ChangeRecord,
  history: HistoryRepository,
  drained: Drained,
): Promise<void> {
  try {
    await history.append([change]);
    drained.ops.push({ op: "delete", key: entry.key });
  } catch (error) {
    if (!isRejected(error)) throw error;
    setAside(drained, entry, (error as Error).message);
  }
}

function isRejected(error: unknown): boolean {
  return error instanceof HistoryError && error.code === "Rejected";
}

function setAside(drained: Drained, { key, value }: Entry, reason: string): void {
  drained.aside.push({ key, reason });
  drained.ops.push({ op: "delete", key }, { op: "put", key: keys.setAside(key.slice(keys.outbox().length)), value });
}
