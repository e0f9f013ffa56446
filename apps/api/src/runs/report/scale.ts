/** Places values of a range along a stretch of pixels. */
export class Scale {
  readonly #to: number;
  readonly #fromPx: number;
  readonly #toPx: number;

  /** From 0 to `to`, which is at least a little more. */
  constructor(to: number, fromPx: number, toPx: number) {
    this.#to = Math.max(to, Number.EPSILON);
    this.#fromPx = fromPx;
    this.#toPx = toPx;
  }

  at(value: number): number {
    const bounded = Math.min(this.#to, Math.max(0, value));
    return Math.round((this.#fromPx + (bounded / this.#to) * (this.#toPx - this.#fromPx)) * 10) / 10;
  }

  /** Round values to write at an axis, about so many. */
  ticks(about: number): number[] {
    const rough = this.#to / about;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
    const count = Math.floor(this.#to / step + 1e-9);
    return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
  }
}
