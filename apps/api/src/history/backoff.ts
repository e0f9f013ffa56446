/** Doubling delays in milliseconds, each spread over its upper half so that many do not return at once. */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  #failures = 0;

  constructor(firstMs: number, longestMs: number) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
  }

  nextMs(): number {
    const delayMs = Math.min(this.#firstMs * 2 ** this.#failures++, this.#longestMs);
    return delayMs * (0.5 + Math.random() / 2);
  }

  reset(): void {
    this.#failures = 0;
  }
}
