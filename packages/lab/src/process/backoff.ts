/** Wait before the next start, in ms: at once after a long life, doubling while it dies young. */
export function backoffMs(earlyDeaths: number): number {
  return earlyDeaths === 0 ? 50 : Math.min(5_000, 100 * 2 ** (earlyDeaths - 1));
}

/** A process that lived shorter died young. */
export const LONG_LIFE_MS = 5_000;
