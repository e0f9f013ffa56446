/** A value as etcd keeps it: its UTF-8, or where its pieces are when it is too big for one request. */
export type StoredValue = string | { readonly blob: string; readonly pieces: number };

// No UTF-8 contains this byte, so no text can be taken for a pointer.
const pointer = 0xff;
/** Values longer than this, in the JSON of a chunk, are kept in pieces; a chunk then holds at least one of the others. */
const longestInPlaceBytes = 300_000;
export const pieceBytes = 500_000;

export function isTooBig(value: string): boolean {
  // JSON takes at most six bytes for a UTF-16 unit.
  return value.length * 6 > longestInPlaceBytes && Buffer.byteLength(JSON.stringify(value)) > longestInPlaceBytes;
}

export function encodeValue(value: StoredValue): Buffer {
  if (typeof value === "string") return Buffer.from(value);
  return Buffer.concat([Buffer.of(pointer), Buffer.from(`${value.blob} ${value.pieces}`)]);
}

export function decodeValue(bytes: Buffer): StoredValue {
  if (bytes[0] !== pointer) return bytes.toString();
  const [blob, pieces] = bytes.subarray(1).toString().split(" ");
  return { blob: blob!, pieces: Number(pieces) };
}
