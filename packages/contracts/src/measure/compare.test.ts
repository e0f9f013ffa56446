import { expect, test } from "vitest";
import type { EffectiveImpairment, MeasuredDirection } from "../resources/impairment.js";
import { agreement, compare, type Samples } from "./compare.js";

const measured: MeasuredDirection = {
  ...{ roundTripMs: null, baseMs: null, jitterMs: null, lossPercent: null, rateKbit: null, echoes: 0 },
  at: "2026-01-01T00:00:00.000Z",
};
const samples = (more: Partial<MeasuredDirection>, rest: Partial<Samples> = {}): Samples => ({
  measured: { ...measured, ...more },
  ...{ roundTrips: 20, otherRateKbit: null, rateOverMs: 1000 },
  ...rest,
});
const verdict = (own: EffectiveImpairment | null, other: EffectiveImpairment | null, found: Samples) =>
  agreement(compare([own, other], found));

test("20 ms there and 80 ms back agree with 100 ms round trip, from either direction, and not with 40 or 160", () => {
  const [a, b] = [{ delayMs: 20 }, { delayMs: 80 }];
  const verdicts = [40, 94, 96, 100.4, 104, 106, 160].map((ms) => verdict(a, b, samples({ roundTripMs: ms })));
  expect(verdicts).toEqual([false, false, true, true, true, false, false]);
  expect(verdict(b, a, samples({ roundTripMs: 100.4 }))).toBe(true);
});

test("what the way takes by itself is not held against what was asked", () => {
  expect(verdict({ delayMs: 20 }, null, samples({ roundTripMs: 61, baseMs: 40 }))).toBe(true);
  expect(verdict({ delayMs: 20 }, null, samples({ roundTripMs: 61 }))).toBe(false);
});

test("jitter widens the bounds by its standard error, and less the more was measured", () => {
  const asked = { delayMs: 20, jitterMs: 10 };
  const at = (roundTrips: number) => verdict(asked, null, samples({ roundTripMs: 26 }, { roundTrips }));
  expect([at(20), at(200)]).toEqual([true, false]);
});

test("frames that are sent ahead make the mean smaller", () => {
  const asked = { delayMs: 100, reorderPercent: 25 };
  expect(verdict(asked, null, samples({ roundTripMs: 76 }))).toBe(true);
  expect(verdict(asked, null, samples({ roundTripMs: 60 }))).toBe(false);
});

test("loss of both directions together is judged by the binomial interval, and not of a handful", () => {
  const [a, b] = [{ lossPercent: 10 }, { lossPercent: 10 }];
  const of = (lossPercent: number, echoes = 400) => verdict(a, b, samples({ lossPercent, echoes }));
  expect([5, 14, 19, 25, 40].map((percent) => of(percent))).toEqual([false, true, true, true, false]);
  expect(of(0, 19)).toBeNull();
  expect(of(0, 100)).toBe(false);
});

test("a black hole loses everything, and what is damaged counts as lost", () => {
  expect(verdict({ blackhole: true }, null, samples({ lossPercent: 100, echoes: 30 }))).toBe(true);
  expect(verdict({ blackhole: true }, null, samples({ lossPercent: 90, echoes: 30 }))).toBe(false);
  expect(verdict({ corruptPercent: 50 }, null, samples({ lossPercent: 48, echoes: 100 }))).toBe(true);
});

test("losses that follow each other are given more room", () => {
  const burst = { lossBurst: { pPercent: 1, rPercent: 9, badLossPercent: 100, goodLossPercent: 0 } };
  const found = samples({ lossPercent: 18, echoes: 400 });
  expect(verdict(burst, null, found)).toBe(true);
  expect(verdict({ lossPercent: 10 }, null, found)).toBe(false);
});

test("a rate is judged when it was tried, by its own direction alone", () => {
  const at = (rateKbit: number) => verdict({ rateKbit: 10_000 }, null, samples({ rateKbit }));
  expect([100, 8900, 9500, 10_400, 10_600].map(at)).toEqual([null, null, true, true, false]);
  expect(verdict(null, { rateKbit: 10_000 }, samples({ rateKbit: 50_000 }))).toBeNull();
});

test("in a full queue an echo waits: only the lower bound of its round trip is judged", () => {
  const asked = { delayMs: 20, rateKbit: 1000 };
  expect(verdict(asked, null, samples({ roundTripMs: 90, rateKbit: 800 }))).toBe(true);
  expect(verdict(asked, null, samples({ roundTripMs: 90, rateKbit: 10 }))).toBe(false);
  expect(verdict(asked, null, samples({ roundTripMs: 10, rateKbit: 800 }))).toBe(false);
});

test("nothing is said of what was not asked, not measured, or cannot be by echoes", () => {
  expect(verdict({ delayMs: 20 }, null, samples({}))).toBeNull();
  expect(verdict({ duplicatePercent: 5 }, null, samples({ roundTripMs: 9, lossPercent: 3, echoes: 99 }))).toBeNull();
  expect(verdict({ delayMs: 3000 }, null, samples({ roundTripMs: 9, lossPercent: 90, echoes: 99 }))).toBeNull();
  expect(verdict({ mtu: 60, delayMs: 20 }, null, samples({ lossPercent: 100, echoes: 99 }))).toBeNull();
});
