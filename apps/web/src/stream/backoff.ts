const FIRST_MS = 150;
const MOST_MS = 3_000;

/** How long to wait before attempt `n` (from 0), with jitter so that many pages do not come back at once. */
export function backoffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** attempt);
  return ceiling / 2 + (ceiling / 2) * random();
}
