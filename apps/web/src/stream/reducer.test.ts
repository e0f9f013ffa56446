import type { Link, StreamFrame } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { aLink, aPod } from "../test-support/resources.js";
import { applyDeltas, applySnapshot, EMPTY_STREAM, StreamBroken } from "./reducer.js";

type Delta = Extract<StreamFrame, { type: "delta" }>;
const link = aLink("l", "a:1", "b:1");
const start = applySnapshot(
  { type: "snapshot", storeId: "s", revision: 5, sequence: 2, items: [link, aPod("a", null)] },
  "default",
);
const delta = (revision: number, sequence: number, change: Partial<Delta>): Delta => ({
  type: "delta",
  revision,
  sequence,
  upserts: [],
  deletes: [],
  ...change,
});
const gone = (item: Link) => ({
  kind: "Link" as const,
  namespace: "default",
  name: item.metadata.name,
  uid: item.metadata.uid,
});

test("applies deltas in order and leaves what they do not touch as it was", () => {
  const state = applyDeltas(
    start,
    [delta(6, 3, { upserts: [aLink("m", "a:2", "b:2")] }), delta(7, 4, { deletes: [gone(link)] })],
    "default",
  );
  expect([...state.links.keys()]).toEqual(["m"]);
  expect(state).toMatchObject({ revision: 7, sequence: 4 });
  expect(state.pods).toBe(start.pods);
  expect([...start.links.keys()]).toEqual(["l"]);
});

test("the delete of an old object does not take its successor of the same name", () => {
  const successor = aLink("l", "a:1", "b:1");
  const state = applyDeltas(
    start,
    [delta(6, 3, { upserts: [successor] }), delta(7, 4, { deletes: [gone(link)] })],
    "default",
  );
  expect(state.links.get("l")).toBe(successor);
});

test("other namespaces stay out", () => {
  const foreign = { ...aLink("f", "a:1", "b:1") };
  foreign.metadata = { ...foreign.metadata, namespace: "other" };
  expect(applyDeltas(start, [delta(6, 3, { upserts: [foreign] })], "default").links.has("f")).toBe(false);
});

test("what goes backwards or comes before a snapshot breaks the stream", () => {
  expect(() => applyDeltas(start, [delta(4, 9, {})], "default")).toThrow(StreamBroken);
  expect(() => applyDeltas(start, [delta(6, 1, {})], "default")).toThrow(StreamBroken);
  expect(() => applyDeltas(EMPTY_STREAM, [delta(1, 1, {})], "default")).toThrow(StreamBroken);
});
