/** Minimum, median, maximum. */
export function spreadOf(samples: number[]): [number, number, number] {
  const sorted = samples.toSorted((a, b) => a - b);
  return [sorted[0] ?? Number.NaN, medianOf(samples), sorted.at(-1) ?? Number.NaN];
}

export function medianOf(samples: number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The value that this share of the samples does not exceed. */
export function quantileOf(samples: number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Milliseconds that `work` took. */
export async function millisecondsOf(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
