import { expect, test } from "vitest";
import { type SlidField, STOPS, stopOf } from "./slider-stops.js";

test("every stop is its own nearest", () => {
  for (const field of Object.keys(STOPS) as SlidField[]) {
    for (const [index, stop] of STOPS[field].entries()) expect(stopOf(field, stop), `${field} ${stop}`).toBe(index);
  }
});

test("what was typed between stops stands at the nearest, never at none", () => {
  expect(STOPS.delayMs[stopOf("delayMs", 0.01)]).toBe(1);
  expect(STOPS.delayMs[stopOf("delayMs", 52)]).toBe(50);
  expect(STOPS.rateKbit[stopOf("rateKbit", 5_000_000)]).toBe(1_000_000);
});
