import type { Compare, Transaction } from "../store.js";
import type { Gate } from "./gate.js";
import type { Layout } from "./layout.js";
import type { Compare as EtcdCompare, RequestOp, TxnRequest, TxnResponse } from "./messages.js";
import type { Mark } from "./once.js";
import { absent, atRevision, comparesOf, putOf, rangeOf } from "./requests.js";
import type { StoredValue } from "./value.js";

export interface Limits {
  maxTxnOps: number;
  maxRequestBytes: number;
}

/** A transaction that one request to etcd carries out. */
export interface SmallTransaction {
  readonly transaction: Transaction;
  /** Keys whose entries are asked for when a comparison fails. */
  readonly comparedKeys: readonly string[];
}

/** Undefined when it does not fit into one request. */
export function asSmall(transaction: Transaction, limits: Limits): SmallTransaction | undefined {
  const { compare = [], ops } = transaction;
  const comparedKeys = [...new Set(compare.map(({ key }) => key))];
  // Beside ours: gate, lock, mark, writer. One of ours may take two of etcd's.
  if (compare.length * 2 + 4 > limits.maxTxnOps) return undefined;
  if (ops.length + 4 > limits.maxTxnOps || comparedKeys.length + 4 > limits.maxTxnOps) return undefined;
  let bytes = 8_192;
  const add = (text: string) => (bytes += Buffer.byteLength(text) + 300);
  for (const { key } of compare) for (let i = 0; i < 3; i++) add(key);
  for (const op of ops) {
    if (op.op === "put") add(op.value);
    // A delete's key is sent as comparison and as operation.
    for (let i = 0; i < 2; i++) add(op.op === "deletePrefix" ? op.prefix : op.key);
    if (bytes > limits.maxRequestBytes) return undefined;
  }
  return bytes > limits.maxRequestBytes ? undefined : { transaction, comparedKeys };
}

/** The request. Failure branch: mark, gate, lock, newest mark, then the compared keys. */
export function smallRequest(
  layout: Layout,
  { transaction: { compare = [], ops }, comparedKeys }: SmallTransaction,
  gate: Gate,
  mark: Mark,
  values: ReadonlyMap<string, StoredValue>,
  extra: readonly EtcdCompare[],
): TxnRequest {
  const newest: RequestOp = { requestRange: layout.newestMark };
  const changes: RequestOp[] = ops.map((op) =>
    op.op === "put"
      ? putOf(layout, op.key, values.get(op.key) ?? op.value, op.lease)
      : { requestDeleteRange: rangeOf(layout, op) },
  );
  const isPutting = ops.some(({ op }) => op === "put");
  const absences = ops.flatMap((op) => (op.op === "put" ? [] : [absent(rangeOf(layout, op))]));
  const success: RequestOp[] = isPutting
    ? [...changes, mark.put]
    : // What finds nothing to delete must not make a revision.
      [{ requestTxn: { compare: absences, success: [newest], failure: [...changes, mark.put] } }];
  return {
    compare: [
      atRevision(layout.gate, gate.revision),
      absent({ key: layout.lock }),
      mark.compare,
      ...extra,
      ...compare.flatMap((each) => comparesOf(layout, gate, each)),
    ],
    success,
    failure: [
      mark.read,
      { requestRange: { key: layout.gate } },
      { requestRange: { key: layout.lock } },
      newest,
      ...comparedKeys.map((key) => ({ requestRange: { key: layout.key(key) } })),
    ],
  };
}

/** Whether the answer is that of a transaction that changed something. */
export function isChanged({ responses }: TxnResponse): boolean {
  return responses[0]?.responseTxn?.succeeded !== true;
}

/** Those that do not hold. `entries`: what is there, as it is shown. */
export function broken(
  compares: Transaction["compare"],
  entries: ReadonlyMap<string, { modRevision: number }>,
): Compare[] {
  return (compares ?? []).filter((compare) => {
    const actual = entries.get(compare.key);
    return "exists" in compare
      ? compare.exists !== (actual !== undefined)
      : compare.modRevision !== (actual?.modRevision ?? 0);
  });
}
