import { randomBytes } from "node:crypto";

// RFC 9562 section 6.2 method 1: a counter in rand_a; its top bit starts clear so that there is room to count.
const counterEnd = 0x1000;

/**
 * Makes ids (UUIDv7, RFC 9562) that sort as text in the order they were made, also within a millisecond and when the
 * wall clock is set back.
 */
export class ChangeIds {
  readonly #now: () => number;
  #atMs = 0;
  #counter = 0;

  /** `now`: wall clock in milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  next(): string {
    const random = randomBytes(10);
    const now = this.#now();
    if (now > this.#atMs) {
      this.#atMs = now;
      this.#counter = random.readUInt16BE(0) & 0x7ff;
    } else if (++this.#counter === counterEnd) {
      this.#atMs++;
      this.#counter = 0;
    }
    const time = this.#atMs.toString(16).padStart(12, "0");
    const counter = this.#counter.toString(16).padStart(3, "0");
    random[2] = (random[2]! & 0x3f) | 0x80;
    const tail = random.toString("hex", 2);
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  }
}
