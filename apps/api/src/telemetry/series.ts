/** Slots that are kept or dropped together. */
const CHUNK_SLOTS = 90;

/**
 * One number for each slot of time, for the last `slots` of them. Slots grow with time; memory is taken for times
 * that had something else than zero alone, 360 bytes for each stretch of 90 slots.
 */
export class Series {
  readonly #chunks = new Map<number, Float32Array>();
  readonly #slots: number;

  constructor(slots: number) {
    this.#slots = slots;
  }

  get isEmpty(): boolean {
    return this.#chunks.size === 0;
  }

  get bytes(): number {
    return this.#chunks.size * CHUNK_SLOTS * Float32Array.BYTES_PER_ELEMENT;
  }

  add(slot: number, value: number): void {
    if (value === 0) return;
    const number = Math.floor(slot / CHUNK_SLOTS);
    let chunk = this.#chunks.get(number);
    if (chunk === undefined) {
      chunk = new Float32Array(CHUNK_SLOTS);
      this.#chunks.set(number, chunk);
      this.forgetBefore(slot - this.#slots);
    }
    const at = slot - number * CHUNK_SLOTS;
    chunk[at] = (chunk[at] ?? 0) + value;
  }

  at(slot: number): number {
    const number = Math.floor(slot / CHUNK_SLOTS);
    return this.#chunks.get(number)?.[slot - number * CHUNK_SLOTS] ?? 0;
  }

  /** Lets go of what lies wholly before a slot. */
  forgetBefore(slot: number): void {
    for (const number of this.#chunks.keys()) if ((number + 1) * CHUNK_SLOTS <= slot) this.#chunks.delete(number);
  }
}
