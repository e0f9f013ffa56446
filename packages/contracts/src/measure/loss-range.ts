import type { EffectiveImpairment } from "../resources/impairment.js";

/** What one direction is asked to lose of echoes: a share from 0 to 1, and how much losses follow each other. */
export interface AskedLoss {
  share: number;
  /** By how much the variance of a count is larger than that of independent losses. */
  inflation: number;
}

const MOST_INFLATION = 1000;

/** Damaged echoes count as lost: their checksum tells. */
export function askedLoss(effective: EffectiveImpairment | null): AskedLoss {
  if (effective === null) return { share: 0, inflation: 1 };
  if (effective.blackhole === true) return { share: 1, inflation: 1 };
  const { lossPercent = 0, lossCorrelationPercent = 0, lossBurst, corruptPercent = 0 } = effective;
  const intact = 1 - corruptPercent / 100;
  if (lossBurst === undefined) {
    return { share: 1 - (1 - lossPercent / 100) * intact, inflation: inflationOf(lossCorrelationPercent / 100) };
  }
  const [p, r] = [lossBurst.pPercent / 100, lossBurst.rPercent / 100];
  // The stationary share of the bad state of a two-state chain, and the correlation from one frame to the next.
  const bad = p + r === 0 ? 0 : p / (p + r);
  const lost = (bad * lossBurst.badLossPercent + (1 - bad) * lossBurst.goodLossPercent) / 100;
  return { share: 1 - (1 - lost) * intact, inflation: inflationOf(1 - p - r) };
}

/** Of echoes that cross both directions. */
export function bothWays(there: AskedLoss, back: AskedLoss): AskedLoss {
  return {
    share: 1 - (1 - there.share) * (1 - back.share),
    inflation: Math.max(there.inflation, back.inflation),
  };
}

/**
 * The shares of `sent` that may be lost when each is lost with chance `share`: the central interval of the binomial
 * distribution that is left with chance `chance`. Losses that follow each other count as so many fewer.
 */
export function lossRange(
  sent: number,
  { share, inflation }: AskedLoss,
  chance: number,
): { least: number; most: number } {
  if (share <= 0) return { least: 0, most: 0 };
  if (share >= 1) return { least: 1, most: 1 };
  const trials = Math.max(1, Math.round(sent / inflation));
  let below = 0;
  let least: number | undefined;
  let logCombinations = 0;
  for (let lost = 0; lost <= trials; lost++) {
    const log = logCombinations + lost * Math.log(share) + (trials - lost) * Math.log1p(-share);
    below += Math.exp(log);
    if (least === undefined && below > chance / 2) least = lost;
    if (below >= 1 - chance / 2) return { least: (least ?? lost) / trials, most: lost / trials };
    logCombinations += Math.log((trials - lost) / (lost + 1));
  }
  return { least: (least ?? trials) / trials, most: 1 };
}

/** Of the sum of a chain whose values follow each other with this correlation. */
function inflationOf(correlation: number): number {
  if (correlation <= 0) return 1;
  return Math.min(MOST_INFLATION, (1 + correlation) / Math.max(1e-6, 1 - correlation));
}
