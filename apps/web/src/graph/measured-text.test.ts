import type { ImpairmentStatus } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { aLink } from "../test-support/resources.js";
import { comparisonText, measuredLabel, measuredText } from "./measured-text.js";

const measured = {
  ...{ roundTripMs: 101.26, baseMs: 0.1, jitterMs: 0.31, lossPercent: 9.75, rateKbit: 9700, echoes: 400 },
  at: "2026-01-01T00:00:00.000Z",
};
const way = (agrees: boolean | null): ImpairmentStatus => ({
  ...{ from: "a", asked: { delayMs: 20 }, effective: { delayMs: 20 }, engine: "relay", state: "active" },
  ...{ actual: { delayMs: 20 }, measured, agrees, compared: [], message: "" },
});

test("what was measured is told in its units, and a rate only where one is asked", () => {
  expect(measuredText(way(true))).toBe("101 ms round trip ± 0.31 ms, 9.75 % of 400 lost");
  expect(measuredText({ measured, effective: { rateKbit: 10_000 } })).toContain(", 9.7 Mbit/s");
  expect(measuredText({ measured: null, effective: null })).toBe("");
});

test("what does not agree says what would", () => {
  const compared = { what: "roundTripMs", asked: 100, least: 95, most: 105.1, measured: 12, agrees: false } as const;
  expect(comparisonText(compared)).toBe("round trip 12 ms, 95 to 105.1 ms would agree");
  expect(comparisonText({ ...compared, least: null })).toContain("at most 105.1 ms");
  expect(comparisonText({ ...compared, most: null })).toContain("at least 95 ms");
});

test("a wire has the measured round trip beside it while it is impaired, with a sign when it is another", () => {
  const link = aLink("l", "a:1", "b:1");
  expect(measuredLabel(link)).toBe("");
  link.status.impairments = [way(true)];
  expect(measuredLabel(link)).toBe("101 ms");
  link.status.impairments = [way(true), way(false)];
  expect(measuredLabel(link)).toBe("101 ms ≠");
});
