import type { BurstLoss } from "@ratchet/contracts";

/** Uniform in [0, 1). */
export type Random = () => number;

/**
 * Something that comes true with a chance. With a correlation each outcome follows the one before it; the mean stays
 * what was asked for, which netem's own correlation does not keep.
 */
export class Chance {
  private share = 0;
  private correlation = 0;
  private last = false;

  constructor(private readonly random: Random) {}

  set(percent: number | undefined, correlationPercent: number | undefined): void {
    this.share = (percent ?? 0) / 100;
    this.correlation = (correlationPercent ?? 0) / 100;
  }

  comesTrue(): boolean {
    if (this.share === 0) return (this.last = false);
    const { share, correlation } = this;
    const now = this.last ? share + correlation * (1 - share) : share * (1 - correlation);
    return (this.last = this.random() < now);
  }
}

/** Losses in bursts: a good and a bad state, each with a loss of its own (loss_gilb_ell in net/sched/sch_netem.c). */
export class BurstChance {
  private model: BurstLoss | undefined;
  private isBad = false;

  constructor(private readonly random: Random) {}

  set(model: BurstLoss | undefined): void {
    this.model = model;
    if (model === undefined) this.isBad = false;
  }

  comesTrue(): boolean {
    if (this.model === undefined) return false;
    const { pPercent, rPercent, badLossPercent, goodLossPercent } = this.model;
    const lossPercent = this.isBad ? badLossPercent : goodLossPercent;
    if (this.random() * 100 < (this.isBad ? rPercent : pPercent)) this.isBad = !this.isBad;
    return this.random() * 100 < lossPercent;
  }
}
