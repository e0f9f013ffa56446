import type { ApiTelemetryWish } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { mergeWishes } from "./merge-wishes.js";

const wish = (intervalMs: number, probeMs: number, probes: Record<string, number> = {}): ApiTelemetryWish => ({
  type: "telemetry",
  intervalMs,
  probeMs,
  probes: Object.entries(probes).map(([linkUid, ms]) => ({ linkUid, intervalMs: ms })),
});

test("the most often of what several wish holds, and 0 wishes nothing", () => {
  const merged = mergeWishes([wish(10_000, 0, { b: 1000, a: 1000 }), wish(1000, 5000, { a: 250 }), wish(0, 0)]);
  expect(merged).toEqual(wish(1000, 5000, { a: 250, b: 1000 }));
  expect(mergeWishes([])).toEqual(wish(0, 0));
});
