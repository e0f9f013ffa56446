import type { StoredValue } from "./value.js";

/** One operation of a large transaction: its place among all operations, its key, and the value, null for a delete. */
export type StagedOp = readonly [place: number, key: string, value: StoredValue | null];

// With what a fold adds to it, a chunk must fit into one etcd transaction.
const sparedOps = 8;
const sparedBytes = 50_000;

/** Cuts operations into parts that each fit one etcd transaction, encoded. */
export function cutIntoChunks(ops: readonly StagedOp[], maxOps: number, maxBytes: number): Buffer[] {
  const chunks: Buffer[] = [];
  let texts: string[] = [];
  let bytes = 0;
  const finish = () => {
    if (texts.length > 0) chunks.push(Buffer.from(`[${texts.join(",")}]`));
    texts = [];
    bytes = 0;
  };
  for (const op of ops) {
    const text = JSON.stringify(op);
    // Twice the key and prefix: as the operation itself, beside its JSON.
    const size = Buffer.byteLength(text) + 300;
    if (texts.length >= maxOps - sparedOps || bytes + size > maxBytes - sparedBytes) finish();
    texts.push(text);
    bytes += size;
  }
  finish();
  return chunks;
}

export function readChunk(bytes: Buffer): StagedOp[] {
  return JSON.parse(bytes.toString()) as StagedOp[];
}
