import { expect, test } from "vitest";
import { bitsText, countText, type LinkRates, rateLabel, shortBits } from "./rates.js";
import type { WirePath } from "./wire-path.js";

test.each([
  [0, "0"],
  [12, "96"],
  [125, "1.0k"],
  [10_500, "84k"],
  [124_950, "1.0M"],
  [150_000, "1.2M"],
  [1_250_000, "10M"],
  [125_000_000, "1.0G"],
])("%d bytes a second are %s bit/s", (bytes, text) => {
  expect(shortBits(bytes)).toBe(text);
});

test("spelled out for the panel", () => {
  expect([bitsText(150_000), bitsText(3), countText(0.4), countText(1200)]).toEqual([
    "1.2 Mbit/s",
    "24 bit/s",
    "0.4",
    "1,200",
  ]);
});

const path = (from: [number, number], to: [number, number]): WirePath => ({
  from: { x: from[0], y: from[1] },
  to: { x: to[0], y: to[1] },
  control: { x: 0, y: 0 },
  isStraight: true,
});
const rate = (bytes: number) => ({ packets: 1, bytes, drops: 0, errors: 0, until: 10 });
const rates: LinkRates = [rate(150_000), rate(10_500)];

test("arrows point as the wire lies on the screen, whichever end is the first", () => {
  expect(rateLabel(rates, path([0, 0], [100, 10]), 0)).toBe("→1.2M ←84k");
  expect(rateLabel(rates, path([100, 0], [0, 10]), 0)).toBe("→84k  ←1.2M");
  expect(rateLabel(rates, path([0, 100], [0, 0]), 0)).toBe("↓84k  ↑1.2M");
});

test("what is old or idle is not said", () => {
  expect(rateLabel(rates, path([0, 0], [100, 0]), 11)).toBe("");
  expect(rateLabel([rate(0), rate(0)], path([0, 0], [100, 0]), 0)).toBe("");
  expect(rateLabel([rate(150_000), undefined], path([0, 0], [100, 0]), 0)).toBe("→1.2M ←?");
});
