import { compareKeys } from "../key-order.js";

// A flat array would move half of its elements with each insert, which adds up in a transaction of thousands of keys.
const chunkKeys = 512;

/** A set of keys that can be walked in key order from any place. Insert, delete and seek take O(log n) comparisons. */
export class KeyIndex {
  readonly #chunks: string[][] = [];

  add(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      const last = this.#chunks.at(-1);
      if (last === undefined) this.#chunks.push([key]);
      else this.#insert(this.#chunks.length - 1, last.length, key);
      return;
    }
    const place = lowerBound(chunk, key);
    if (chunk[place] !== key) this.#insert(at, place, key);
  }

  delete(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return;
    const place = lowerBound(chunk, key);
    if (chunk[place] !== key) return;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** The keys that begin with `prefix` and sort after `startAfter`, in order. The index must not change meanwhile. */
  *range(prefix: string, startAfter?: string): Generator<string> {
    const from = startAfter !== undefined && compareKeys(startAfter, prefix) > 0 ? startAfter : prefix;
    let at = this.#chunkOf(from);
    let place = lowerBound(this.#chunks[at] ?? [], from);
    for (; at < this.#chunks.length; at++, place = 0) {
      const chunk = this.#chunks[at]!;
      for (; place < chunk.length; place++) {
        const key = chunk[place]!;
        if (key === startAfter) continue;
        if (!key.startsWith(prefix)) return;
        yield key;
      }
    }
  }

  #insert(at: number, place: number, key: string): void {
    const chunk = this.#chunks[at]!;
    chunk.splice(place, 0, key);
    if (chunk.length > 2 * chunkKeys) this.#chunks.splice(at + 1, 0, chunk.splice(chunkKeys));
  }

  /** The first chunk whose last key does not sort before `key`; the number of chunks when there is none. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.#chunks[middle]!.at(-1)!, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function lowerBound(keys: string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keys[middle]!, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
