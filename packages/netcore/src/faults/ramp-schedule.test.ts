import { expect, test } from "vitest";
import { type Ramp, rampAt } from "./ramp-schedule.js";

const ramp: Ramp = {
  type: "ramp",
  start: { delayMs: 10, rateKbit: 1000 },
  end: { delayMs: 110, lossPercent: 5, rateKbit: 1 },
  overSeconds: 10,
};

test("goes from start to end in even steps and stays there", () => {
  expect(rampAt(ramp, 0)).toEqual({ impairment: { delayMs: 10, lossPercent: 0, rateKbit: 1000 }, nextMs: 100 });
  expect(rampAt(ramp, 5049)).toEqual({ impairment: { delayMs: 60, lossPercent: 2.5, rateKbit: 501 }, nextMs: 5100 });
  expect(rampAt(ramp, 9999).nextMs).toBe(10_000);
  const end = { impairment: { delayMs: 110, lossPercent: 5, rateKbit: 1 }, nextMs: null };
  expect([rampAt(ramp, 10_000), rampAt(ramp, 3_600_000)]).toEqual([end, end]);
});

test("takes a thousand steps at most, and is the same whenever it is asked within one", () => {
  const slow: Ramp = { ...ramp, overSeconds: 86_400 };
  let steps = 0;
  for (let at: number | null = 0; at !== null; steps++) at = rampAt(slow, at).nextMs;
  expect(steps).toBeLessThanOrEqual(1_001);
  expect(rampAt(slow, 86_399).impairment).toEqual(rampAt(slow, 0).impairment);
});
