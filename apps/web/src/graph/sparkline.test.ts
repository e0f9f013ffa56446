import { expect, test } from "vitest";
import { sparkline, thinned } from "./sparkline.js";

const OPTIONS = { now: 100, spanMs: 100, gapMs: 25, width: 100, height: 10, atLeast: 10 };

test("the newest is at the right, the scale begins at nothing", () => {
  const { line, top } = sparkline(
    [
      [0, 0],
      [20, 5],
      [40, 10],
    ],
    OPTIONS,
  );
  expect(top).toBeCloseTo(11.2);
  expect(line.startsWith("M0 10L20 ")).toBe(true);
});

test("what was not measured is not drawn", () => {
  const { line } = sparkline(
    [
      [0, 1],
      [10, 1],
      [60, 1],
      [70, null],
      [80, 1],
    ],
    OPTIONS,
  );
  expect(line.split("M").length - 1).toBe(3);
});

test("nothing at all is an empty line, and what is older is left out", () => {
  expect(sparkline([], OPTIONS)).toMatchObject({ line: "", area: "", top: 10 });
  expect(sparkline([[-5, 3]], OPTIONS).line).toBe("");
});

test("many samples become the means of stretches, and what had no value stays without", () => {
  const samples = [
    [0, 2],
    [900, 4],
    [1000, null],
    [1500, null],
    [2000, 6],
  ] as const;
  expect(thinned(samples, 1000)).toEqual([
    [900, 3],
    [1500, null],
    [2000, 6],
  ]);
  expect(thinned([], 1000)).toEqual([]);
});
