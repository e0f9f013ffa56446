import { expect, test } from "vitest";
import { Series } from "./series.js";

test("adds up within a slot and keeps only what lies within its length", () => {
  const series = new Series(900);
  series.add(1000, 2);
  series.add(1000, 3);
  series.add(1899, 1);
  expect([series.at(1000), series.at(1001), series.at(1899)]).toEqual([5, 0, 1]);
  series.add(2700, 1);
  expect([series.at(1000), series.at(1899), series.at(2700)]).toEqual([0, 1, 1]);
});

test("zero takes no memory, and what is forgotten gives it back", () => {
  const series = new Series(900);
  for (let slot = 0; slot < 900; slot++) series.add(slot, 0);
  expect(series.isEmpty).toBe(true);
  series.add(5, 1);
  series.forgetBefore(90);
  expect(series.isEmpty).toBe(true);
});
