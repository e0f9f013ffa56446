import type { SubnetRange } from "./subnet-range.js";

/**
 * Proposes networks that are not in use. Numbers rise before they repeat, so that one just given back rests, and two
 * requests at the same time do not propose the same.
 */
export class SubnetAllocator {
  readonly #next = new Map<string, bigint>();

  /**
   * @param name of the pool, by which its place is remembered
   * @param used how many are in use at most: with so many tries and one more a free one is found if there is any
   */
  next(name: string, range: SubnetRange, used: number, isTaken: (network: string) => boolean): string | undefined {
    const { size } = range;
    if (size === 0n) return undefined;
    const tries = size < BigInt(used) + 1n ? size : BigInt(used) + 1n;
    let index = (this.#next.get(name) ?? 0n) % size;
    for (let tried = 0n; tried < tries; tried++) {
      const network = range.at(index);
      index = (index + 1n) % size;
      if (isTaken(network)) continue;
      this.#next.set(name, index);
      return network;
    }
    return undefined;
  }

  /** Begins after this number unless it is further on already. */
  startAfter(name: string, index: bigint): void {
    const next = this.#next.get(name) ?? 0n;
    if (index >= next) this.#next.set(name, index + 1n);
  }
}
