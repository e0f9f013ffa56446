import { expect, test } from "vitest";
import { LossWindow, UNDERLAY_PROBE } from "./loss-window.js";

const { window } = UNDERLAY_PROBE;
const fed = (fates: boolean[], into = new LossWindow()) => {
  for (const fate of fates) into.add(fate);
  return into;
};
const sound = (count: number) => Array<boolean>(count).fill(true);

test("one echo that is lost is no trouble, two of the last twenty are", () => {
  expect(fed([...sound(5), false, ...sound(5)]).isLossy).toBe(false);
  expect(fed([...sound(5), false, ...sound(5), false])).toMatchObject({ isLossy: true, lossPercent: 20 });
});

test("it is over when the last ten seconds lost nothing, and not before", () => {
  const lossy = fed([false, false]);
  expect(fed(sound(window - 1), lossy).isLossy).toBe(true);
  expect(fed(sound(1), lossy)).toMatchObject({ isLossy: false, lossPercent: 0 });
});

test("loss is told in tens, and any loss as ten at least", () => {
  expect(fed([...sound(19), false]).lossPercent).toBe(10);
  expect(fed([...sound(13), ...Array<boolean>(7).fill(false)]).lossPercent).toBe(40);
  expect(fed(Array<boolean>(window * 2).fill(false)).lossPercent).toBe(100);
});
