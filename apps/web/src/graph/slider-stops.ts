/** Places a slider stops at: the numbers people say. 0 means not at all. */
export interface SliderScale {
  stops: readonly number[];
  text: (value: number) => string;
}

export type SlidField = "delayMs" | "jitterMs" | "lossPercent" | "rateKbit";

export const STOPS: Record<SlidField, readonly number[]> = {
  delayMs: [0, 1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 125, 150, 200, 250, 300, 400, 500, 750, 1000],
  jitterMs: [0, 0.5, 1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300],
  lossPercent: [0, 0.1, 0.2, 0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 75, 100],
  // No limit is at the fast end.
  rateKbit: [64, 128, 256, 512, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 0],
};

/** The stop nearest to a value that was typed. */
export function stopOf(field: SlidField, value: number): number {
  const stops = STOPS[field];
  if (value === 0) return stops.indexOf(0);
  let best = -1;
  for (const [index, stop] of stops.entries()) {
    if (stop === 0) continue;
    if (best < 0 || Math.abs(Math.log(stop / value)) < Math.abs(Math.log((stops[best] ?? 1) / value))) best = index;
  }
  return best;
}
