import type { ImpairmentStatus } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { tunnel } from "../api-stand-in.js";
import { agreementText, impairmentText } from "./impairment-text.js";

const measured = {
  ...{ roundTripMs: 12, baseMs: 0.1, jitterMs: 0.3, lossPercent: 0, rateKbit: null, echoes: 40 },
  at: "2026-01-01T00:00:00.000Z",
};
const way: ImpairmentStatus = {
  ...{ from: "a", asked: { delayMs: 20 }, effective: { delayMs: 100 }, engine: "relay", state: "active" },
  ...{ actual: { delayMs: 100 }, measured, agrees: false, message: "" },
  compared: [{ what: "roundTripMs", asked: 100, least: 95, most: 105, measured: 12, agrees: false }],
};

test("a direction says what is asked, in force and measured, and what would agree", () => {
  expect(impairmentText(way)).toBe(
    "active; asked delayMs 20; with faults delayMs 100; relay has delayMs 100; " +
      "measured round trip 12 ms, jitter 0.3 ms, loss 0 % of 40 echoes, does not agree, " +
      "roundTripMs would be at least 95 and at most 105",
  );
  expect(impairmentText({ ...way, measured: null, compared: [], agrees: null })).not.toContain("measured");
});

test("a link's row in a table has figure and verdict, and nothing while nothing is measured", () => {
  const link = tunnel("Up");
  expect(agreementText(link)).toBe("");
  link.status.impairments = [way];
  expect(agreementText(link)).toBe("measured 12 ms, 0 % lost, does not agree");
  link.status.impairments = [{ ...way, agrees: true }];
  expect(agreementText(link)).toBe("measured 12 ms, 0 % lost, agrees");
});
