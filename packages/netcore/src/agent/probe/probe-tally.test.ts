import { expect, test } from "vitest";
import { ProbeTally } from "./probe-tally.js";

test("counts what was sent and came back, and the difference from each round trip to the next", () => {
  const tally = new ProbeTally();
  for (const rtt of [1, 3, null, 2]) tally.add("l", rtt);
  tally.add("silent", null);
  expect(tally.take(() => true)).toEqual([
    ["l", 0, 4, 3, 1, 2, 1.5],
    ["silent", 0, 1, 0, null, null, null],
  ]);
});

test("what was told is not told again, and jitter goes on from the last round trip", () => {
  const tally = new ProbeTally();
  tally.add("l", 1);
  expect(tally.take(() => true)).toEqual([["l", 0, 1, 1, 1, 1, null]]);
  expect(tally.take(() => true)).toEqual([]);
  tally.add("l", 5);
  expect(tally.take(() => false)).toEqual([["l", 0, 1, 1, 5, 5, 4]]);
  tally.add("l", 9);
  expect(tally.take(() => true)).toEqual([["l", 0, 1, 1, 9, 9, null]]);
});
