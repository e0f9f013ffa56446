import type { EffectiveImpairment } from "@ratchet/contracts";
import { describe, expect, it } from "vitest";
import { VNET_HEADER_BYTES } from "../../ffi/tap.js";
import { Line } from "./line.js";

const HEADERS = VNET_HEADER_BYTES + 14;

/** A frame whose IP packet has so many bytes; the first of them is its number. */
function frame(n: number, packetBytes = 100): Uint8Array {
  const bytes = new Uint8Array(HEADERS + packetBytes);
  bytes[HEADERS] = n & 0xff;
  return bytes;
}

const numberOf = (bytes: Uint8Array | undefined) => bytes?.[HEADERS];

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function lineOf(impairment: EffectiveImpairment, seed = 1): Line {
  return new Line({ queueFrames: 1_000_000, ...impairment }, 1450, seeded(seed));
}

/** Puts frames at a steady pace; returns when each that came out left, by number modulo 256, in the order they left. */
function run(line: Line, frames: number, everyMs: number, packetBytes = 100): { n: number; atMs: number }[] {
  const out: { n: number; atMs: number }[] = [];
  const drain = (untilMs: number) => {
    for (let due = line.nextDueMs; due !== undefined && due <= untilMs; due = line.nextDueMs) {
      const taken = line.take(due);
      out.push({ n: numberOf(taken) ?? -1, atMs: due });
    }
  };
  for (let n = 0; n < frames; n++) {
    drain(n * everyMs);
    line.put(frame(n, packetBytes), n * everyMs);
  }
  drain(Number.POSITIVE_INFINITY);
  return out;
}

/** Five standard deviations of a binomial count: missed once in 1.7 million. */
function expectShare(count: number, of: number, share: number): void {
  const deviation = Math.sqrt(of * share * (1 - share));
  expect(Math.abs(count - of * share)).toBeLessThanOrEqual(5 * deviation + 1);
}

describe("a line", () => {
  it("never lets a frame out before its delay, and all in order after", () => {
    const line = lineOf({ delayMs: 20 });
    for (let n = 0; n < 200; n++) line.put(frame(n), n);
    expect(line.take(19.999)).toBeUndefined();
    expect(line.nextDueMs).toBe(20);
    const out: (number | undefined)[] = [];
    for (let next = line.take(300); next !== undefined; next = line.take(300)) out.push(numberOf(next));
    expect(out).toEqual(Array.from({ length: 200 }, (_, n) => n));
    expect(line.nextDueMs).toBeUndefined();
  });

  it("loses and reorders nothing when the delay is changed", () => {
    const line = lineOf({ delayMs: 500 });
    line.put(frame(1), 0);
    line.set({ delayMs: 500, lossPercent: 0 });
    line.put(frame(2), 10);
    expect(line.take(499)).toBeUndefined();
    expect(numberOf(line.take(500))).toBe(1);
    expect(numberOf(line.take(510))).toBe(2);
  });

  it("holds no more than its queue limit and counts the rest", () => {
    const line = lineOf({ delayMs: 5, queueFrames: 2 });
    for (let n = 0; n < 5; n++) line.put(frame(n), 0);
    expect([line.length, line.counts.overflowed]).toEqual([2, 3]);
  });

  it("swallows everything as a black hole, but what was on its way", () => {
    const line = lineOf({ delayMs: 5 });
    line.put(frame(1), 0);
    line.set({ blackhole: true });
    line.put(frame(2), 1);
    expect(numberOf(line.take(10))).toBe(1);
    expect([line.length, line.counts.swallowed]).toEqual([0, 1]);
  });

  it("swallows IP packets above the mtu alone, whatever their VLAN tag", () => {
    const line = lineOf({ mtu: 1000 });
    line.put(frame(1, 1000), 0);
    line.put(frame(2, 1001), 0);
    const tagged = frame(3, 1004);
    tagged[HEADERS - 2] = 0x81;
    line.put(tagged, 0);
    expect([line.length, line.counts.swallowed]).toEqual([2, 1]);
  });

  it.each([0.1, 1, 10, 50])("loses %d percent", (lossPercent) => {
    const line = lineOf({ lossPercent });
    const out = run(line, 100_000, 0.01);
    expect(out.length).toBe(100_000 - line.counts.lost);
    expectShare(line.counts.lost, 100_000, lossPercent / 100);
  });

  it("keeps the mean loss when losses follow each other, and they do follow", () => {
    const line = lineOf({ lossPercent: 10, lossCorrelationPercent: 80 });
    const lost: boolean[] = [];
    for (let n = 0; n < 100_000; n++) {
      const before = line.counts.lost;
      line.put(frame(n), n);
      lost.push(line.counts.lost > before);
    }
    // Correlated outcomes vary more: by (1 + rho) / (1 - rho) in their variance.
    const deviation = Math.sqrt(100_000 * 0.1 * 0.9 * 9);
    expect(Math.abs(line.counts.lost - 10_000)).toBeLessThan(5 * deviation);
    const again = lost.filter((isLost, n) => isLost && lost[n - 1] === true).length;
    expectShare(again, line.counts.lost, 0.1 + 0.8 * 0.9);
  });

  it("loses in bursts of the asked length and share", () => {
    const line = lineOf({ lossBurst: { pPercent: 1, rPercent: 20, badLossPercent: 100, goodLossPercent: 0 } });
    const bursts: number[] = [];
    let length = 0;
    for (let n = 0; n < 200_000; n++) {
      const before = line.counts.lost;
      line.put(frame(n), n);
      if (line.counts.lost > before) length++;
      else if (length > 0) {
        bursts.push(length);
        length = 0;
      }
    }
    const mean = bursts.reduce((sum, value) => sum + value, 0) / bursts.length;
    // Geometric with mean 1 / r = 5 and deviation sqrt(1 - r) / r.
    expect(Math.abs(mean - 5)).toBeLessThan((5 * Math.sqrt(0.8)) / 0.2 / Math.sqrt(bursts.length));
    expect(Math.abs(line.counts.lost / 200_000 - 1 / 21)).toBeLessThan(0.008);
  });

  it("duplicates and corrupts as often as asked, one bit past the Ethernet header", () => {
    const line = lineOf({ duplicatePercent: 5, corruptPercent: 3 });
    let damaged = 0;
    let total = 0;
    let worst = 0;
    let headers = 0;
    for (let n = 0; n < 10_000; n++) {
      const clean = frame(n);
      line.put(clean.slice(), n);
      for (let out = line.take(n); out !== undefined; out = line.take(n)) {
        total++;
        let bits = 0;
        out.forEach((byte, at) => {
          if (byte === clean[at]) return;
          bits += ones(byte ^ clean[at]!);
          if (at < HEADERS) headers++;
        });
        damaged += bits;
        worst = Math.max(worst, bits);
      }
    }
    expect([worst, headers]).toEqual([1, 0]);
    expect(total).toBe(10_000 + line.counts.duplicated);
    expectShare(line.counts.duplicated, 10_000, 0.05);
    expect(damaged).toBe(line.counts.corrupted);
    expectShare(damaged, total, 0.03);
  });

  it("lets every gap-th frame at most overtake, by not being delayed", () => {
    const line = lineOf({ delayMs: 50, reorderPercent: 100, reorderGap: 5 });
    const out = run(line, 100, 1);
    expect(line.counts.reordered).toBe(20);
    const overtaken = out.filter(({ n, atMs }) => atMs === n);
    expect(overtaken.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, i) => 4 + 5 * i));
  });

  it.each([
    [64, 100],
    [1_000, 500],
    [1_000_000, 1450],
  ])("holds %d kbit/s, whatever comes", (rateKbit, packetBytes) => {
    const frames = 2_000;
    const out = run(lineOf({ rateKbit, burstBytes: 1 }), frames, 0, packetBytes);
    // Less the burst of one byte.
    const bits = frames * (packetBytes + 14) * 8 - 8;
    expect(out.at(-1)?.atMs).toBeCloseTo(bits / rateKbit, 3);
  });

  it("lets a burst through at once, and then keeps to the rate", () => {
    const out = run(lineOf({ rateKbit: 800, burstBytes: 1140 }), 20, 0);
    expect(out.filter(({ atMs }) => atMs === 0)).toHaveLength(10);
    expect(out.at(-1)?.atMs).toBeCloseTo(11.4, 6);
  });

  it("spreads delays evenly around the asked one, and never below zero", () => {
    const out = run(lineOf({ delayMs: 10, jitterMs: 4 }), 20_000, 1);
    const waits = waitsOf(out);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(6);
    expect(Math.max(...waits)).toBeLessThanOrEqual(14);
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
    expect(Math.abs(mean - 10)).toBeLessThan(0.1);
    expect(Math.min(...waitsOf(run(lineOf({ delayMs: 1, jitterMs: 50 }), 1_000, 1)))).toBeGreaterThanOrEqual(0);
  });

  it("spreads them normally with the asked deviation, also when each follows the one before", () => {
    for (const delayCorrelationPercent of [0, 50]) {
      const impairment = { delayMs: 30, jitterMs: 5, jitterDistribution: "normal", delayCorrelationPercent } as const;
      const waits = waitsOf(run(lineOf(impairment), 20_000, 1));
      const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
      const deviation = Math.sqrt(waits.reduce((sum, wait) => sum + (wait - mean) ** 2, 0) / waits.length);
      expect(Math.abs(mean - 30)).toBeLessThan(0.35);
      expect(Math.abs(deviation - 5)).toBeLessThan(0.3);
    }
  });
});

/** How long each frame was on its way, for lines in which no two of the same number are on their way at once. */
function waitsOf(out: { n: number; atMs: number }[]): number[] {
  return out.map(({ n, atMs }) => {
    const sentAt = Math.floor(atMs) - ((((Math.floor(atMs) - n) % 256) + 256) % 256);
    return atMs - sentAt;
  });
}

function ones(byte: number): number {
  return byte.toString(2).replaceAll("0", "").length;
}
