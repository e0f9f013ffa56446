import { distinct, type Traffic } from "./traffic.js";

/** Of the standard normal distribution: 99 % lie within. */
const Z99 = 2.5758;

/** ms from sending to receiving, of those that can be told. */
export function waits({ arrivals }: Traffic): number[] {
  return arrivals.flatMap(({ tookMs }) => tookMs ?? []);
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function lost(traffic: Traffic): number {
  return traffic.sent - distinct(traffic).size;
}

/** Frames that came before one that was sent earlier: by order alone, which a machine that stands still keeps. */
export function early({ arrivals }: Traffic): number {
  let earliest = Number.POSITIVE_INFINITY;
  let count = 0;
  for (const { n } of arrivals.toReversed()) {
    if (n < 0) continue;
    if (earliest < n) count++;
    earliest = Math.min(earliest, n);
  }
  return count;
}

/** Within 1 ms or 2 %. */
export function isNear(foundMs: number, askedMs: number): boolean {
  return Math.abs(foundMs - askedMs) <= Math.max(1, 0.02 * askedMs);
}

export function isShare(count: number, of: number, share: number, varianceFactor = 1): boolean {
  return Math.abs(count - of * share) <= Z99 * Math.sqrt(of * share * (1 - share) * varianceFactor) + 0.5;
}

export function isRate(foundKbit: number, askedKbit: number): boolean {
  return Math.abs(foundKbit / askedKbit - 1) <= 0.05;
}

export function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

export function kbit(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} Gbit/s`;
  return value >= 1_000 ? `${(value / 1_000).toFixed(2)} Mbit/s` : `${value.toFixed(1)} kbit/s`;
}
