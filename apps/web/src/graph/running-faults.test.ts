import { expect, test } from "vitest";
import { remainingText } from "./running-faults.js";

test.each([
  [0, "0 s"],
  [-5_000, "0 s"],
  [1, "1 s"],
  [59_000, "59 s"],
  [59_001, "1:00"],
  [245_000, "4:05"],
  [3_600_000, "1 h"],
  [7_800_000, "2 h 10 min"],
  [90_000_000, "1 d 1 h"],
])("%d ms left reads %s", (leftMs, text) => {
  expect(remainingText(leftMs)).toBe(text);
});
