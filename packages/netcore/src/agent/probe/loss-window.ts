/** Of the underlay between two nodes; docs/operations.md says so in words. */
export const UNDERLAY_PROBE = {
  everyMs: 500,
  /** An echo that is not answered by then is lost. */
  waitMs: 1000,
  /** The last echoes that are judged: ten seconds. */
  window: 20,
  /** So many of them lost, and wires across are degraded. */
  lossyFrom: 2,
  /** No more than so many of them lost, and they are not any more. */
  soundUpTo: 0,
} as const;

/** The fates of the last echoes to one address, and what follows from them. Pure. */
export class LossWindow {
  private readonly fates: boolean[] = [];
  private lossy = false;

  get isLossy(): boolean {
    return this.lossy;
  }

  /** In tens: a figure that moved with each echo would be news each time. */
  get lossPercent(): number {
    const lost = this.lost;
    return lost === 0 ? 0 : Math.max(10, Math.round((lost * 10) / this.fates.length) * 10);
  }

  add(isAnswered: boolean): void {
    this.fates.push(isAnswered);
    if (this.fates.length > UNDERLAY_PROBE.window) this.fates.shift();
    if (this.lost >= UNDERLAY_PROBE.lossyFrom) this.lossy = true;
    else if (this.lost <= UNDERLAY_PROBE.soundUpTo) this.lossy = false;
  }

  private get lost(): number {
    return this.fates.filter((isAnswered) => !isAnswered).length;
  }
}
