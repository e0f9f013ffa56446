import { expect, test } from "vitest";
import { bowAround } from "./bow.js";
import { freeRimPoint, rimPoint } from "./rim.js";
import { distanceToPath, pointAt, wirePath } from "./wire-path.js";

const card = (x: number, y: number) => ({ x, y, width: 100, height: 40 });

test("a single wire runs straight from rim to rim", () => {
  const path = wirePath(card(0, 0), card(300, 0), 0, 1, false);
  expect(path).toMatchObject({ from: { x: 50, y: 0 }, to: { x: 250, y: 0 }, isStraight: true });
  expect(distanceToPath(path, { x: 150, y: 9 })).toBeCloseTo(9);
});

test("parallel wires lie apart, also when one begins at the other pod", () => {
  const a = card(0, 0);
  const b = card(300, 0);
  const one = wirePath(a, b, -0.5, 2, false);
  const two = wirePath(b, a, 0.5, 2, true);
  expect(Math.abs(pointAt(one, 0.5).y - pointAt(two, 0.5).y)).toBeGreaterThan(20);
  expect(Math.sign(pointAt(one, 0.5).y)).toBe(-Math.sign(pointAt(two, 0.5).y));
});

test("a fan of 200 stays within reach", () => {
  const outermost = wirePath(card(0, 0), card(300, 0), 99.5, 200, false);
  expect(Math.abs(pointAt(outermost, 0.5).y)).toBeLessThan(260);
});

test("a wire bends around what stands in its way, and not around what does not", () => {
  const a = card(0, 0);
  const b = card(600, 0);
  expect(bowAround(a, b, [a, b, card(300, 80)])).toBe(0);
  const bow = bowAround(a, b, [a, b, card(300, 0)]);
  const path = wirePath(a, b, 0, 1, false, bow);
  expect(Math.abs(pointAt(path, 0.5).y)).toBeGreaterThan(20);
  expect(pointAt(path, 0.5).y).toBeLessThan(0);
});

test("it takes the shorter way around", () => {
  const bow = bowAround(card(0, 0), card(600, 0), [card(300, -15)]);
  expect(pointAt(wirePath(card(0, 0), card(600, 0), 0, 1, false, bow), 0.5).y).toBeGreaterThan(0);
});

test("rim points lie on the rim, and a free one away from ports", () => {
  expect(rimPoint(card(0, 0), { x: 0, y: 100 })).toEqual({ x: 0, y: 20 });
  expect(freeRimPoint(card(0, 0), [{ x: 0, y: 20 }])).not.toEqual({ x: 0, y: 20 });
});
