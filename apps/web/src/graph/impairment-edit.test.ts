import type { Endpoint, Impairment } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { askedOf, withChanges } from "./impairment-edit.js";

const ends: Endpoint[] = [
  { pod: "a", interface: "in1" },
  { pod: "b", interface: "in1" },
];
const asked: Impairment[] = [
  { from: "a", delayMs: 20, jitterMs: 2, jitterDistribution: "normal" },
  { from: "b", lossPercent: 1 },
];

test("one field changed is one field changed", () => {
  expect(withChanges(ends, asked, [{ way: 0, field: "delayMs", value: 50 }])).toEqual([
    { from: "a", delayMs: 50, jitterMs: 2, jitterDistribution: "normal" },
    { from: "b", lossPercent: 1 },
  ]);
});

test("0 takes a field away, and with it what only served it", () => {
  expect(withChanges(ends, asked, [{ way: 0, field: "jitterMs", value: 0 }])[0]).toEqual({ from: "a", delayMs: 20 });
});

test("a direction that suffers nothing is not asked for", () => {
  expect(withChanges(ends, asked, [{ way: 1, field: "lossPercent", value: undefined }])).toEqual([asked[0]]);
  expect(withChanges(ends, undefined, [{ way: 1, field: "delayMs", value: 5 }])).toEqual([{ from: "b", delayMs: 5 }]);
});

test("directions of a wire between two interfaces of one pod are told apart", () => {
  const loop: Endpoint[] = [
    { pod: "a", interface: "x" },
    { pod: "a", interface: "y" },
  ];
  const changed = withChanges(loop, undefined, [{ way: 1, field: "delayMs", value: 5 }]);
  expect(changed).toEqual([{ from: "a:y", delayMs: 5 }]);
  expect(askedOf(loop, changed, 1)).toEqual({ delayMs: 5 });
  expect(askedOf(loop, changed, 0)).toEqual({});
});
