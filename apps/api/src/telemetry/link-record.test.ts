import { expect, test } from "vitest";
import { LinkRecord } from "./link-record.js";

test("what a link carried is told without the echoes that were answered", () => {
  const record = new LinkRecord();
  record.crossed(2);
  expect(record.without(0, [12, 1196, 1, 0])).toEqual([10, 1000, 1, 0]);
  expect(record.without(0, [12, 1196, 0, 0])).toEqual([12, 1196, 0, 0]);
  expect(record.without(1, [1, 98, 0, 0])).toEqual([0, 0, 0, 0]);
});

test("echoes that are counted before they are known are taken off the next count, and no more than a few", () => {
  const record = new LinkRecord();
  expect(record.without(0, [2, 196, 0, 0])).toEqual([2, 196, 0, 0]);
  for (let round = 0; round < 10; round++) record.crossed(2);
  expect(record.without(0, [100, 20_000, 0, 0])[0]).toBe(94);
});

test("packets that are smaller than an echo are none of ours", () => {
  const record = new LinkRecord();
  record.crossed(2);
  expect(record.without(0, [2, 84, 0, 0])).toEqual([2, 84, 0, 0]);
});

test("a link that carried nothing but echoes has no counts to keep", () => {
  const record = new LinkRecord();
  record.add(0, 1_800_000_000_000, [0, 0, 0, 0]);
  expect([record.counts[0], record.bytes]).toEqual([undefined, 0]);
  record.add(1, 1_800_000_000_000, [1, 60, 0, 0]);
  expect(record.counts[1]?.totals).toEqual([1, 60, 0, 0]);
});
