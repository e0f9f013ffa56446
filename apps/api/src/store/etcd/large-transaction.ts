import type { FailedCompare, Op, Transaction } from "../store.js";
import { StoreError } from "../store-error.js";
import { cutIntoChunks, type StagedOp } from "./chunk.js";
import { type Gate, writeGate } from "./gate.js";
import type { Layout } from "./layout.js";
import { type Compare, EQUAL, type KeyValue, type RequestOp, VALUE } from "./messages.js";
import type { Mark } from "./once.js";
import { type RawEntry, rawEntry } from "./raw-entry.js";
import type { Reader } from "./reader.js";
import { atRevision, putOf } from "./requests.js";
import { broken, type Limits } from "./small-transaction.js";
import type { StoredValue } from "./value.js";
import type { Writer } from "./writer.js";

/** What a large transaction comes to, decided while the lock keeps everybody else from writing. */
export type Prepared =
  | { readonly failed: FailedCompare[] }
  | {
      readonly staged: readonly StagedOp[];
      /** Operations of the commit itself: their keys have, or get, a lease, and etcd may delete such keys at any time. */
      readonly direct: readonly { place: number; op: Op }[];
      /** Hold as long as no lease has changed what was decided on. */
      readonly guards: readonly Compare[];
    };

/** Reads what the transaction is about, as of one revision, and turns it into operations on single keys. */
export async function prepare(
  layout: Layout,
  reader: Reader,
  { revision, gate }: { revision: number; gate: Gate },
  { compare = [], ops }: Transaction,
  values: ReadonlyMap<string, StoredValue>,
  limits: Limits,
): Promise<Prepared> {
  const kvs = new Map<string, KeyValue>();
  const note = (found: readonly KeyValue[]) => {
    for (const kv of found) kvs.set(layout.nameOf(kv.key)!, kv);
  };

  const keys = new Set(compare.map(({ key }) => key));
  for (const op of ops) if (op.op !== "deletePrefix") keys.add(op.key);
  const batches = cut([...keys], limits.maxTxnOps - 8);
  await inParallel(batches, async (batch) => {
    const asked = batch.map((key) => ({ key: layout.key(key), keysOnly: true }));
    for (const answer of (await reader.look(asked, revision)).answers) note(answer.kvs);
  });
  const listed = new Map<string, string[]>();
  for (const op of ops) {
    if (op.op !== "deletePrefix") continue;
    const { answers } = await reader.look([{ ...layout.entries(op.prefix), keysOnly: true }], revision);
    note(answers[0]!.kvs);
    listed.set(
      op.prefix,
      answers[0]!.kvs.map((kv) => layout.nameOf(kv.key)!),
    );
  }

  const raws = new Map<string, RawEntry>([...kvs].map(([key, kv]) => [key, rawEntry(layout, gate, kv)]));
  const failed = broken(compare, raws);
  if (failed.length > 0) {
    const actual = (key: string) => (raws.has(key) ? reader.get(key) : undefined);
    return {
      failed: await Promise.all(failed.map(async (each) => ({ compare: each, actual: await actual(each.key) }))),
    };
  }

  const staged: StagedOp[] = [];
  const direct: { place: number; op: Op }[] = [];
  const deleted = new Set<string>();
  let place = 0;
  const remove = (key: string) => {
    const raw = raws.get(key);
    if (raw === undefined || deleted.has(key)) return;
    deleted.add(key);
    if (raw.lease === undefined) staged.push([place++, key, null]);
    else direct.push({ place: place++, op: { op: "delete", key } });
  };
  for (const op of ops) {
    if (op.op === "delete") remove(op.key);
    else if (op.op === "deletePrefix") for (const key of listed.get(op.prefix)!) remove(key);
    else if (op.lease === undefined && raws.get(op.key)?.lease === undefined) {
      staged.push([place++, op.key, values.get(op.key) ?? op.value]);
    } else direct.push({ place: place++, op });
  }
  const guards = [...raws.values()]
    .filter(({ lease }) => lease !== undefined)
    .map(({ key }) => atRevision(layout.key(key), Number(kvs.get(key)!.modRevision)));
  return { staged, direct, guards };
}

/** The one request that makes the transaction visible. Undefined when too much of it concerns leases. */
export function commitRequest(
  layout: Layout,
  writer: Writer,
  gate: Gate,
  { direct, guards }: Exclude<Prepared, { failed: FailedCompare[] }>,
  values: ReadonlyMap<string, StoredValue>,
  limits: Limits,
): ((mark: Mark) => { compare: Compare[]; success: RequestOp[]; failure: RequestOp[] }) | undefined {
  const places = Object.fromEntries(
    direct.map(({ place, op }) => [op.op === "deletePrefix" ? op.prefix : op.key, place]),
  );
  const opening = writeGate({ spans: gate.spans, open: { id: writer.id, direct: places } });
  const changes: RequestOp[] = direct.map(({ op }) =>
    op.op === "put"
      ? putOf(layout, op.key, values.get(op.key) ?? op.value, op.lease)
      : { requestDeleteRange: { key: layout.key((op as { key: string }).key) } },
  );
  const bytes = changes.reduce((sum, change) => sum + JSON.stringify(change).length / 2, opening.length);
  if (changes.length + 4 > limits.maxTxnOps || guards.length + 5 > limits.maxTxnOps) return undefined;
  if (bytes > limits.maxRequestBytes) return undefined;
  return (mark) => ({
    compare: [
      mark.compare,
      atRevision(layout.gate, gate.revision),
      { key: layout.lock, result: EQUAL, target: VALUE, value: Buffer.from(writer.id) },
      writer.isPresent,
      ...guards,
    ],
    success: [
      ...changes,
      { requestPut: { key: layout.gate, value: opening } },
      { requestDeleteRange: { key: layout.lock } },
      mark.put,
    ],
    failure: [mark.read, { requestRange: { key: layout.lock } }],
  });
}

/** Writes the operations where nobody looks yet. */
export async function stage(
  layout: Layout,
  send: (op: RequestOp) => Promise<unknown>,
  writer: Writer,
  staged: readonly StagedOp[],
  limits: Limits,
  onChunk: (n: number) => void,
): Promise<void> {
  const chunks = cutIntoChunks(staged, limits.maxTxnOps, limits.maxRequestBytes);
  await inParallel(
    chunks.map((value, n) => ({ value, n })),
    async ({ value, n }) => {
      await send({ requestPut: { key: layout.chunk(writer.id, n), value } });
      onChunk(n);
    },
  );
}

export function tooManyLeases(): StoreError {
  return new StoreError(
    "InvalidArgument",
    "a transaction too large for one etcd request touches or compares too many keys with leases",
  );
}

export function cut<Item>(items: readonly Item[], length: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / length) }, (_, i) => items.slice(i * length, (i + 1) * length));
}

/** Enough at a time that etcd syncs several with one write, not so many that others wait. */
export async function inParallel<Item>(items: readonly Item[], run: (item: Item) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await run(item);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}
