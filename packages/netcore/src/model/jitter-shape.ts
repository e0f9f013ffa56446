import type { JITTER_DISTRIBUTIONS } from "@ratchet/contracts";

export type JitterDistribution = (typeof JITTER_DISTRIBUTIONS)[number];

/** Entries of a table, and what 1 standard deviation is in it (NETEM_DIST_SCALE in include/uapi/linux/pkt_sched.h). */
export const SHAPE_ENTRIES = 4_096;
export const SHAPE_SCALE = 8_192;

/** Tail of a Pareto distribution: mean and variance are finite, the third moment is not. */
const PARETO_ALPHA = 3;

const shapes = new Map<JitterDistribution, Int16Array>();

/**
 * How jitter is spread: quantiles at equal steps, mean 0 and standard deviation 1, cut off at four of them. The same
 * table serves both engines. Undefined for `uniform`, whose jitter is not a deviation but a bound.
 */
export function jitterShape(distribution: JitterDistribution | undefined): Int16Array | undefined {
  if (distribution === undefined || distribution === "uniform") return undefined;
  let shape = shapes.get(distribution);
  if (shape === undefined) shapes.set(distribution, (shape = shapeOf(QUANTILES[distribution])));
  return shape;
}

const QUANTILES = {
  normal: normalQuantile,
  pareto: paretoQuantile,
  // What iproute2 ships under this name: a quarter of the one and three quarters of the other.
  paretonormal: (u: number) => normalQuantile(u) / 4 + (3 * paretoQuantile(u)) / 4,
} as const;

function shapeOf(quantile: (u: number) => number): Int16Array {
  const values = Float64Array.from({ length: SHAPE_ENTRIES }, (_, i) => quantile((i + 0.5) / SHAPE_ENTRIES));
  const mean = values.reduce((sum, value) => sum + value, 0) / SHAPE_ENTRIES;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / SHAPE_ENTRIES;
  return Int16Array.from(values, (value) => {
    const scaled = Math.round(((value - mean) / Math.sqrt(variance)) * SHAPE_SCALE);
    return Math.max(-32_768, Math.min(32_767, scaled));
  });
}

function paretoQuantile(u: number): number {
  return (1 - u) ** (-1 / PARETO_ALPHA);
}

/** Acklam's rational approximation; relative error below 1.2e-9. */
export function normalQuantile(u: number): number {
  if (u < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(u));
    return polynomial(C, q) / polynomial(D, q);
  }
  if (u > 1 - 0.02425) return -normalQuantile(1 - u);
  const q = u - 0.5;
  return (polynomial(A, q * q) * q) / polynomial(B, q * q);
}

/** Hastings' approximation of the error function (Abramowitz and Stegun 7.1.26); absolute error below 1.5e-7. */
export function normalProbability(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const erf = 1 - t * polynomial(E, t) * Math.exp((-x * x) / 2);
  return x < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

const A = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
];
const B = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1];
const C = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];
const E = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
