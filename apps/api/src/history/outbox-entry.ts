import { keys } from "@ratchet/contracts";
import type { Entry, Op } from "../store/store.js";
import type { ChangeRecord, NewChange } from "./change-record.js";

/** The operation that records the change; for the transaction that makes it, so that neither exists without the other. */
export function recordChange(change: NewChange): Op {
  return { op: "put", key: keys.change(change.id), value: JSON.stringify(change) };
}

export function changeIn(entry: Entry): ChangeRecord {
  return { ...(JSON.parse(entry.value) as NewChange), revision: entry.modRevision };
}
