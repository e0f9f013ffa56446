import { describe, expect, it } from "vitest";
import { burstBytesOf, queueFramesOf } from "./impairment-queue.js";

describe("the queue of an impaired direction", () => {
  it("holds what is on its way at the rate during the delay", () => {
    const inFlightBytes = (1_000_000 * 500) / 8;
    expect(queueFramesOf({ rateKbit: 1_000_000, delayMs: 500 }) * 1_514).toBeGreaterThan(inFlightBytes);
  });

  it("holds a fast stream under a delay without a rate", () => {
    expect(queueFramesOf({ delayMs: 1 })).toBe(1_000);
    expect(queueFramesOf({ delayMs: 100 }) * 1_514).toBeGreaterThanOrEqual((10_000_000 * 100) / 8);
  });

  it("makes nobody wait for minutes under a low rate, and still holds what a sender begins with", () => {
    expect(queueFramesOf({ rateKbit: 64 })).toBe(64);
    expect((queueFramesOf({ rateKbit: 10_000 }) * 1_514 * 8) / 10_000).toBeLessThan(105);
  });

  it("stays within memory, and takes what is given", () => {
    expect(queueFramesOf({ delayMs: 3_600_000 })).toBe(1_000_000);
    expect(queueFramesOf({ delayMs: 100, queueFrames: 7 })).toBe(7);
  });

  it("lets a full frame pass at any rate", () => {
    expect(burstBytesOf({ rateKbit: 64 }, 1_450)).toBeGreaterThanOrEqual(1_464);
    expect(burstBytesOf({ rateKbit: 1_000_000 }, 1_450)).toBe(625_000);
    expect(burstBytesOf({ rateKbit: 64, burstBytes: 9_000 }, 1_450)).toBe(9_000);
  });
});
