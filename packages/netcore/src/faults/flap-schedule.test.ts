import { expect, test } from "vitest";
import { type FlapAction, flapAt } from "./flap-schedule.js";

const REGULAR: FlapAction = {
  type: "flap",
  periodSeconds: 10,
  downPercent: 30,
  randomPercent: 0,
  seed: 1,
  mode: "down",
};

test("each period begins down, for its part of it", () => {
  expect(flapAt(REGULAR, 0)).toEqual({ isDown: true, cycles: 0, nextMs: 3000 });
  expect(flapAt(REGULAR, 3000)).toEqual({ isDown: false, cycles: 0, nextMs: 10_000 });
  expect(flapAt(REGULAR, 25_000)).toEqual({ isDown: false, cycles: 2, nextMs: 30_000 });
});

test("after its count it is over, up", () => {
  const twice = { ...REGULAR, count: 2 };
  expect(flapAt(twice, 19_999)).toEqual({ isDown: false, cycles: 1, nextMs: 20_000 });
  expect(flapAt(twice, 20_000)).toEqual({ isDown: false, cycles: 2, nextMs: null });
});

test("random phases stay within their allowance, do not drift, and belong to the seed", () => {
  const action: FlapAction = { ...REGULAR, periodSeconds: 0.1, randomPercent: 60, count: 1000 };
  const phasesOf = (seed: number) => {
    const phases: number[] = [];
    let at = 0;
    for (;;) {
      const { nextMs, isDown } = flapAt({ ...action, seed }, at);
      if (nextMs === null) return { phases, endsMs: at };
      expect(isDown).toBe(phases.length % 2 === 0);
      phases.push(nextMs - at);
      at = nextMs;
    }
  };
  const { phases, endsMs } = phasesOf(5);
  expect(phases.length).toBe(2000);
  for (const [index, phase] of phases.entries()) {
    const regular = index % 2 === 0 ? 30 : 70;
    expect(Math.abs(phase - regular)).toBeLessThanOrEqual(18.001);
  }
  expect(Math.abs(endsMs - 100_000)).toBeLessThanOrEqual(9.001);
  expect(phasesOf(5).phases).toEqual(phases);
  expect(phasesOf(6).phases).not.toEqual(phases);
});
