import type { EffectiveImpairment } from "@ratchet/contracts";
import { describe, expect, it } from "vitest";
import { composeImpairment } from "./compose-impairment.js";

const burst = (pPercent: number, badLossPercent = 100): EffectiveImpairment => ({
  lossBurst: { pPercent, rPercent: 25, badLossPercent, goodLossPercent: 0 },
});

describe("composing what acts on one direction", () => {
  it("is null where nothing acts, zeros included", () => {
    expect(composeImpairment([])).toBeNull();
    expect(composeImpairment([null, undefined, { delayMs: 0, lossPercent: 0, blackhole: false }])).toBeNull();
    expect(composeImpairment([{ engine: "relay" }])).toBeNull();
  });

  it("leaves one alone as it is", () => {
    const alone: EffectiveImpairment = {
      delayMs: 20,
      jitterMs: 2,
      jitterDistribution: "pareto",
      delayCorrelationPercent: 25,
      lossPercent: 0.1,
      lossCorrelationPercent: 10,
      duplicatePercent: 1,
      corruptPercent: 0.3,
      reorderPercent: 5,
      reorderCorrelationPercent: 50,
      reorderGap: 5,
      rateKbit: 10_000,
      burstBytes: 3_000,
      queueFrames: 50,
      mtu: 1_400,
      engine: "relay",
    };
    expect(composeImpairment([null, alone])).toEqual(alone);
    expect(composeImpairment([burst(1)])).toEqual(burst(1));
  });

  it("adds delays and takes the root of the summed squares of jitter", () => {
    const composed = composeImpairment([
      { delayMs: 20, jitterMs: 3, jitterDistribution: "normal" },
      { delayMs: 80, jitterMs: 4, jitterDistribution: "pareto", delayCorrelationPercent: 10 },
    ]);
    expect(composed).toEqual({ delayMs: 100, jitterMs: 5, jitterDistribution: "pareto", delayCorrelationPercent: 10 });
  });

  it.each(["lossPercent", "duplicatePercent", "corruptPercent"] as const)("combines %s as independent", (field) => {
    expect(composeImpairment([{ [field]: 10 }, { [field]: 50 }])?.[field]).toBeCloseTo(55, 10);
    expect(composeImpairment([{ [field]: 100 }, { [field]: 50 }])?.[field]).toBe(100);
  });

  it("holds to the lowest rate with its own burst and queue, and to the lowest mtu", () => {
    const composed = composeImpairment([
      { rateKbit: 1_000, burstBytes: 9_000, queueFrames: 10, mtu: 1_400 },
      { rateKbit: 64, burstBytes: 1_600, mtu: 1_200 },
      { rateKbit: 0, mtu: 0 },
    ]);
    expect(composed).toEqual({ rateKbit: 64, burstBytes: 1_600, queueFrames: 10, mtu: 1_200 });
  });

  it("adds independent losses to both states of a burst", () => {
    const composed = composeImpairment([burst(1, 50), { lossPercent: 10 }]);
    expect(composed?.lossPercent).toBeUndefined();
    expect(composed?.lossBurst?.goodLossPercent).toBe(10);
    expect(composed?.lossBurst?.badLossPercent).toBeCloseTo(55, 10);
  });

  it("keeps the heavier of two burst models and the mean of the other", () => {
    const composed = composeImpairment([burst(75), burst(25, 20)]);
    expect(composed?.lossBurst).toEqual({ pPercent: 75, rPercent: 25, badLossPercent: 100, goodLossPercent: 10 });
  });

  it("lets a black hole win beside anything", () => {
    expect(composeImpairment([{ delayMs: 5 }, { blackhole: true }])).toEqual({ delayMs: 5, blackhole: true });
  });

  it("asks for the engine that anybody asks for", () => {
    expect(
      composeImpairment([
        { delayMs: 5, engine: "auto" },
        { delayMs: 5, engine: "netem" },
      ])?.engine,
    ).toBe("netem");
  });

  it("gives the same figures in any order, and the rest back when one is taken away", () => {
    const parts = [
      { delayMs: 20, lossPercent: 1 },
      { delayMs: 5, rateKbit: 100, burstBytes: 2_000 },
      { lossPercent: 7 },
    ];
    const reversed = composeImpairment([...parts].reverse());
    expect(composeImpairment(parts)?.lossPercent).toBeCloseTo(reversed?.lossPercent ?? Number.NaN, 10);
    expect({ ...composeImpairment(parts), lossPercent: 0 }).toEqual({ ...reversed, lossPercent: 0 });
    expect(composeImpairment(parts.slice(0, 1))).toEqual({ delayMs: 20, lossPercent: 1 });
  });
});
