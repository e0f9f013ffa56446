import type { EffectiveImpairment } from "@ratchet/contracts";
import { effectOf } from "@ratchet/contracts";
import { describe, expect, it, test } from "vitest";
import { impairmentOf, isShaper, shaperOf } from "./shaper.js";

const MTU = 1450;

describe("what the kernel is told", () => {
  test.each<EffectiveImpairment>([
    { delayMs: 20, jitterMs: 2, jitterDistribution: "normal", delayCorrelationPercent: 25 },
    { lossPercent: 1 },
    { lossPercent: 10, lossCorrelationPercent: 50 },
    { lossBurst: { pPercent: 1, rPercent: 20, badLossPercent: 90, goodLossPercent: 0.5 } },
    { duplicatePercent: 2, corruptPercent: 0.1 },
    { delayMs: 10, reorderPercent: 25, reorderCorrelationPercent: 50, reorderGap: 5 },
    { rateKbit: 10_000, burstBytes: 20_000, queueFrames: 500 },
    { mtu: 900 },
    { blackhole: true },
  ])("reads back as it was asked: %j", (asked) => {
    expect(effectOf(impairmentOf(shaperOf(asked, MTU), asked, MTU))).toEqual(asked);
  });

  it("lets a burst be a frame at least, or nothing would ever pass", () => {
    expect(shaperOf({ rateKbit: 1, burstBytes: 10 }, MTU).rate.burstBytes).toBe(MTU + 18);
  });

  it("has the mean that is asked for when losses follow each other", () => {
    const { p, r } = shaperOf({ lossPercent: 10, lossCorrelationPercent: 80 }, MTU).netem.loss;
    expect(p / (p + r)).toBeCloseTo(0.1, 6);
    expect(1 - (p + r) / 0xffff_ffff).toBeCloseTo(0.8, 6);
  });

  it("does nothing to any frame when nothing is asked", () => {
    expect(effectOf(impairmentOf(shaperOf(null, MTU), {}, MTU))).toBeNull();
  });
});

test("what is read back in ticks is what was asked, and another figure is not", () => {
  const wanted = shaperOf({ rateKbit: 1_000_000, delayMs: 5 }, MTU);
  const readBack = { ...wanted, rate: { ...wanted.rate, burstBytes: wanted.rate.burstBytes - 7 } };
  expect(isShaper(readBack, wanted)).toBe(true);
  expect(isShaper(undefined, wanted)).toBe(false);
  expect(isShaper({ frameBytes: wanted.frameBytes }, wanted)).toBe(false);
  expect(isShaper({ ...wanted, netem: { ...wanted.netem, latencyNs: 1 } }, wanted)).toBe(false);
  expect(isShaper({ ...wanted, rate: { ...wanted.rate, burstBytes: 3_000 } }, wanted)).toBe(false);
});
