import { describe, expect, it } from "vitest";
import { DelayLine } from "./delay-line.js";

const frame = (n: number) => Uint8Array.of(n);

describe("a delay line", () => {
  it("never lets a frame out before its delay, and all in order after", () => {
    const line = new DelayLine({ delayMs: 20 });
    for (let n = 0; n < 200; n++) line.put(frame(n), n);
    expect(line.take(19.999)).toBeUndefined();
    expect(line.nextDueMs).toBe(20);
    const out: number[] = [];
    for (let next = line.take(300); next !== undefined; next = line.take(300)) out.push(next[0]!);
    expect(out).toEqual(Array.from({ length: 200 }, (_, n) => n));
    expect(line.nextDueMs).toBeUndefined();
  });

  it("loses and reorders nothing when the delay is changed", () => {
    const line = new DelayLine({ delayMs: 500 });
    line.put(frame(1), 0);
    line.set({ delayMs: 1 });
    line.put(frame(2), 10);
    expect(line.take(499)).toBeUndefined();
    expect([line.take(500), line.take(500)]).toEqual([frame(1), frame(2)]);
  });

  it("holds no more than its queue limit and counts the rest", () => {
    const line = new DelayLine({ delayMs: 5, queueFrames: 2 });
    for (let n = 0; n < 5; n++) line.put(frame(n), 0);
    expect([line.length, line.overflows]).toEqual([2, 3]);
  });

  it("swallows everything as a black hole, but what was on its way", () => {
    const line = new DelayLine({ delayMs: 5 });
    line.put(frame(1), 0);
    line.set({ blackhole: true });
    line.put(frame(2), 1);
    expect(line.take(10)).toEqual(frame(1));
    expect(line.length).toBe(0);
  });
});
