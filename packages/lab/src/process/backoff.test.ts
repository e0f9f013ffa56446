import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.js";

describe("backoffMs", () => {
  it("starts again at once after a long life and waits longer the more often it died young", () => {
    const waits = [0, 1, 2, 3, 10, 1000].map(backoffMs);
    expect(waits[0]).toBeLessThan(100);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits.at(-1)).toBe(5_000);
  });
});
