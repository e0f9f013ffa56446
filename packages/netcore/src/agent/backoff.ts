/** Delays that double from `firstMs` to `lastMs`, each shortened by up to a half at random so that many do not march in step. */
export class Backoff {
  private attempt = 0;

  constructor(
    private readonly firstMs: number,
    private readonly lastMs: number,
    private readonly random: () => number = Math.random,
  ) {}

  /** Milliseconds to wait now. */
  next(): number {
    const full = Math.min(this.lastMs, this.firstMs * 2 ** this.attempt);
    this.attempt++;
    return full * (0.5 + this.random() / 2);
  }

  slowest(): number {
    this.attempt = Number.MAX_SAFE_INTEGER;
    return this.lastMs * (0.5 + this.random() / 2);
  }

  reset(): void {
    this.attempt = 0;
  }
}
