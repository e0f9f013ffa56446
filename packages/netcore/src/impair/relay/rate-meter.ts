/**
 * When a frame may leave under a rate: a token bucket kept as the time at which it would be full again (the virtual
 * scheduling algorithm of ITU-T I.371).
 */
export class RateMeter {
  private bytesPerMs = 0;
  private burstBytes = 0;
  private fullAt = 0;

  /** 0 kbit/s = no limit. */
  set(rateKbit: number, burstBytes: number): void {
    // kbit/s are bits a millisecond
    this.bytesPerMs = rateKbit / 8;
    this.burstBytes = burstBytes;
  }

  /** Takes a frame's share; returns when it has earned it, ms. */
  leavesAt(bytes: number, nowMs: number): number {
    if (this.bytesPerMs === 0) return nowMs;
    this.fullAt = Math.max(this.fullAt, nowMs) + bytes / this.bytesPerMs;
    return Math.max(nowMs, this.fullAt - this.burstBytes / this.bytesPerMs);
  }
}
