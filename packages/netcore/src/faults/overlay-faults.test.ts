import { expect, test } from "vitest";
import { wire } from "../agent/testing/scene.js";
import { type ActiveFault, overlayFaults } from "./overlay-faults.js";

const WIRE = wire("ab", "a:in1", "b:in1");

/** Every kind that loses the carrier, at work and not at work on this wire at 10 s. */
const FAULTS: ActiveFault[] = (
  [
    [{ type: "down" }, "link-ab", 0],
    [{ type: "down" }, "link-other", 0],
    [{ type: "partition", mode: "down" }, "link-ab", 5000],
    [{ type: "flap", periodSeconds: 1, downPercent: 50, randomPercent: 0, seed: 1, mode: "down" }, "link-ab", 0],
    [{ type: "flap", periodSeconds: 1, downPercent: 50, randomPercent: 0, seed: 1, mode: "down" }, "link-ab", 400],
    [{ type: "partition", mode: "down" }, "link-other", 0],
  ] as const
).map(([action, linkUid, startedAtMs], index) => ({
  fault: { faultUid: `f${index}`, action, wires: [{ linkUid, toPort: true, toPeer: true }] },
  startedAtMs,
}));

test("whichever faults are stacked, and in whatever order they ended, the rest act as each does alone", () => {
  const nowMs = 10_000;
  const isDown = (active: ActiveFault[]) => overlayFaults(WIRE, active, nowMs).state === "down";
  expect(FAULTS.map((fault) => isDown([fault]))).toEqual([true, false, true, true, false, false]);
  for (let subset = 0; subset < 2 ** FAULTS.length; subset++) {
    const left = FAULTS.filter((_, index) => subset & (1 << index));
    const expected = left.some((fault) => isDown([fault]));
    expect(isDown(left)).toBe(expected);
    expect(isDown(left.toReversed())).toBe(expected);
  }
});

test("without a fault of its own the wire is the very same, and a cut wire stays cut", () => {
  const other: ActiveFault = {
    fault: { faultUid: "f", action: { type: "down" }, wires: [{ linkUid: "other", toPort: true, toPeer: true }] },
    startedAtMs: 0,
  };
  expect(overlayFaults(WIRE, [other], 1)).toBe(WIRE);
  const cut = { ...WIRE, state: "down" as const };
  expect(overlayFaults(cut, [], 1)).toBe(cut);
});

const acting = (action: ActiveFault["fault"]["action"], directions = { toPort: true, toPeer: true }): ActiveFault => ({
  fault: { faultUid: "f", action, wires: [{ linkUid: "link-ab", ...directions }] },
  startedAtMs: 0,
});

test("impairments of faults come on top of the link's own, each in its direction", () => {
  const own = wire("ab", "a:in1", "b:in1", { impair: { toPort: { delayMs: 10, lossPercent: 50 }, toPeer: null } });
  const oneWay = { toPort: true, toPeer: false };
  const overlaid = overlayFaults(
    own,
    [
      acting({ type: "impair", impairment: { delayMs: 5, lossPercent: 50 } }),
      acting({ type: "blackhole" }, oneWay),
      acting({ type: "ramp", start: { delayMs: 0 }, end: { delayMs: 100 }, overSeconds: 1 }, oneWay),
    ],
    500,
  );
  expect(overlaid.state).toBe("up");
  expect(overlaid.impair).toEqual({
    toPort: { delayMs: 65, lossPercent: 75, blackhole: true },
    toPeer: { delayMs: 5, lossPercent: 50 },
  });
  expect(overlayFaults(own, [], 500)).toBe(own);
});

test("a flap or a partition as a black hole keeps the carrier", () => {
  const flap = { periodSeconds: 1, downPercent: 50, randomPercent: 0, seed: 1, mode: "blackhole" } as const;
  const at = (nowMs: number) => overlayFaults(WIRE, [acting({ type: "flap", ...flap })], nowMs);
  expect(at(100)).toMatchObject({ state: "up", impair: { toPort: { blackhole: true }, toPeer: { blackhole: true } } });
  expect(at(600)).toBe(WIRE);
  const split = overlayFaults(WIRE, [acting({ type: "partition", mode: "blackhole" })], 0);
  expect(split).toMatchObject({ state: "up", impair: { toPort: { blackhole: true } } });
});
