import type { Entry } from "../store.js";
import type { StagedOp } from "./chunk.js";
import { type Gate, shownRevision } from "./gate.js";
import type { Layout } from "./layout.js";
import type { KeyValue } from "./messages.js";
import { decodeValue, type StoredValue } from "./value.js";

/** An entry whose value may still have to be fetched. */
export interface RawEntry extends Omit<Entry, "value"> {
  readonly stored: StoredValue;
}

export function rawEntry(layout: Layout, gate: Gate, kv: KeyValue): RawEntry {
  const key = layout.nameOf(kv.key);
  if (key === undefined) throw new Error("not an entry's key");
  return {
    key,
    stored: decodeValue(kv.value),
    createRevision: shownRevision(gate, Number(kv.createRevision)),
    modRevision: shownRevision(gate, Number(kv.modRevision)),
    version: Number(kv.version),
    ...(String(kv.lease) !== "0" && { lease: String(kv.lease) }),
  };
}

/** Lays the operations that are committed and not yet folded in over what etcd has. Unordered. */
export function overlay(base: readonly RawEntry[], gate: Gate, staged: readonly StagedOp[]): RawEntry[] {
  const entries = new Map(base.map((entry) => [entry.key, entry]));
  for (const [, key, stored] of staged) {
    const before = entries.get(key);
    if (stored === null) entries.delete(key);
    else
      entries.set(key, {
        key,
        stored,
        createRevision: before?.createRevision ?? gate.revision,
        modRevision: gate.revision,
        version: (before?.version ?? 0) + 1,
      });
  }
  return [...entries.values()];
}
