/** How far what was measured may be from what was asked and still agrees with it. docs/impairments.md says so in words. */
export const AGREEMENT = {
  /** Of a round trip: so many ms, or this part of what both directions ask for, whichever is more. */
  delayMs: 2,
  delayPart: 0.05,
  /** Of the mean of jittered round trips: so many standard errors. */
  jitterErrors: 3,
  /** Chance that a loss which is exactly as asked is said not to agree. */
  lossChance: 0.001,
  /** With fewer echoes nothing is said about loss. */
  lossEchoes: 20,
  /** Of a rate: at most so much more. */
  ratePart: 0.05,
  /** A rate that was not tried to this part of it has not been measured. */
  rateTriedPart: 0.9,
} as const;
