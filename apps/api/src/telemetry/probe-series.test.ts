import { expect, test } from "vitest";
import { ProbeSeries } from "./probe-series.js";
import { COARSE, FINE, slotOf } from "./resolution.js";

const NOW = 1_800_000_000_000;
const step = (rttMs: number | null, sent = 1) => ({ sent, received: rttMs === null ? 0 : sent, rttMs, jitterMs: null });

test("a step has the mean of what came back within it, and counts what did not", () => {
  const series = new ProbeSeries();
  series.add(NOW, 1000, step(10));
  series.add(NOW + 1000, 1000, step(40, 2));
  series.add(NOW + 2000, 1000, step(null));
  const coarse = series.at(COARSE, slotOf(COARSE, NOW));
  expect(coarse).toMatchObject({ sent: 4, received: 3, jitterMs: null });
  expect(coarse?.rttMs).toBeCloseTo(30, 0);
  expect(series.at(FINE, slotOf(FINE, NOW + 2000))).toEqual({ sent: 1, received: 0, rttMs: null, jitterMs: null });
  expect(series.at(FINE, slotOf(FINE, NOW + 3000))).toBeUndefined();
});

test.each([0.0002, 0.05, 1, 101.3, 59_999])("a round trip of %d ms is kept to a thousandth", (rttMs) => {
  const series = new ProbeSeries();
  series.add(NOW, 1000, step(rttMs));
  const kept = series.at(FINE, slotOf(FINE, NOW))?.rttMs ?? 0;
  expect(Math.abs(kept - Math.max(0.001, rttMs))).toBeLessThan(rttMs / 1000 + 0.000_001);
});

test("what was measured by ten seconds says nothing about each of them", () => {
  const series = new ProbeSeries();
  series.add(NOW, 10_000, step(10));
  expect(series.at(FINE, slotOf(FINE, NOW))).toBeUndefined();
  expect(series.at(COARSE, slotOf(COARSE, NOW))?.sent).toBe(1);
});

test("a day of one link takes 52 KB, and what is forgotten gives them back", () => {
  const series = new ProbeSeries();
  for (let at = 0; at < 86_400_000; at += 10_000) series.add(NOW + at, 10_000, step(1));
  expect(series.bytes).toBeLessThan(53_000);
  series.forget(NOW + 86_400_000, 3_600_000);
  expect(series.bytes).toBeLessThan(3000);
  series.forget(NOW + 10 * 86_400_000, 3_600_000);
  expect(series.bytes).toBe(0);
});
