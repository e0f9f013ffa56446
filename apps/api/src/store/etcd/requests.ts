import type { Op, Compare as StoreCompare } from "../store.js";
import { etcdRevisions, type Gate } from "./gate.js";
import type { Layout } from "./layout.js";
import { type Compare, EQUAL, GREATER, LESS, MOD, type RequestOp, VERSION } from "./messages.js";
import { encodeValue, type StoredValue } from "./value.js";

export function absent(range: { key: Buffer; rangeEnd?: Buffer }): Compare {
  return { ...range, result: EQUAL, target: VERSION, version: 0 };
}

export function atRevision(key: Buffer, modRevision: number): Compare {
  return { key, result: EQUAL, target: MOD, modRevision };
}

/** etcd's comparisons for one of ours. */
export function comparesOf(layout: Layout, gate: Gate, compare: StoreCompare): Compare[] {
  const key = layout.key(compare.key);
  if ("exists" in compare) {
    return [compare.exists ? { key, result: GREATER, target: VERSION, version: 0 } : absent({ key })];
  }
  const revisions = etcdRevisions(gate, compare.modRevision);
  // No entry is ever shown with such a revision.
  if (revisions === undefined) return [{ key, result: LESS, target: VERSION, version: 0 }];
  if (revisions.from === revisions.to) return [atRevision(key, revisions.from)];
  return [
    { key, result: GREATER, target: MOD, modRevision: revisions.from - 1 },
    { key, result: LESS, target: MOD, modRevision: revisions.to + 1 },
  ];
}

export function putOf(layout: Layout, key: string, value: StoredValue, lease?: string): RequestOp {
  return {
    requestPut: { key: layout.key(key), value: encodeValue(value), ...(lease !== undefined && { lease }) },
  };
}

export function rangeOf(layout: Layout, op: Exclude<Op, { op: "put" }>): { key: Buffer; rangeEnd?: Buffer } {
  return op.op === "delete" ? { key: layout.key(op.key) } : layout.entries(op.prefix);
}
