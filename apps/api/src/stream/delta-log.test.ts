import { expect, test } from "vitest";
import { DeltaLog } from "./delta-log.js";

const entry = (revision: number, ...pods: string[]) => ({ revision, pods, links: [], faults: [], nodes: [], gone: [] });

test("answers everything touched from a revision on, itself included", () => {
  const log = new DeltaLog(10);
  log.add(entry(11, "a"), 0);
  log.add(entry(11, "b"), 0);
  log.add(entry(12, "a", "c"), 10_000);
  expect(log.since(12, 12)?.pods).toEqual(["a", "c"]);
  expect(log.since(11, 12)?.pods).toEqual(["a", "b", "c"]);
});

test("does not know what was before it began, what it forgot, or what has not been", () => {
  const log = new DeltaLog(10);
  log.add(entry(11, ...Array.from({ length: 60_000 }, (_, index) => `p${index}`)));
  log.add(entry(12, ...Array.from({ length: 60_000 }, (_, index) => `q${index}`)));
  expect(log.since(10, 12)).toBeUndefined();
  expect(log.since(11, 12)).toBeUndefined();
  expect(log.since(13, 12)).toBeUndefined();
  expect(log.since(12, 12)?.pods).toHaveLength(60_000);
});

test("a reader from a replica that was ahead is told what was new here when this one got there", () => {
  const log = new DeltaLog(10);
  log.add(entry(11, "long ago"), 0);
  log.add(entry(11, "status moved here"), 9_900);
  log.add(entry(12, "a"), 10_000);
  expect(log.since(12, 12)?.pods).toEqual(["status moved here", "a"]);
  expect(log.since(13, 13, 10_100)?.pods).toEqual(["status moved here", "a"]);
});
