import { expect, test } from "vitest";
import { EMPTY_UNDO, pushed, redone, undone, without } from "./undo-stack.js";

const entry = (id: string) => ({ label: id, changes: [id] });

test("undo and redo walk up and down, each by the revert of the one before", () => {
  let stack = pushed(pushed(EMPTY_UNDO, entry("1")), entry("2"));
  stack = undone(stack, ["r2"]);
  expect(stack.undo.at(-1)?.changes).toEqual(["1"]);
  expect(stack.redo.at(-1)).toEqual({ label: "2", changes: ["r2"] });
  stack = redone(stack, ["rr2"]);
  expect(stack.undo.at(-1)).toEqual({ label: "2", changes: ["rr2"] });
  expect(stack.redo).toEqual([]);
});

test("something new forgets what was undone", () => {
  const stack = pushed(undone(pushed(EMPTY_UNDO, entry("1")), ["r1"]), entry("2"));
  expect(stack.redo).toEqual([]);
});

test("an entry taken back from its toast is no longer in the way", () => {
  const stack = without(pushed(pushed(EMPTY_UNDO, entry("1")), entry("2")), ["1"]);
  expect(stack.undo.map((own) => own.label)).toEqual(["2"]);
});

test("a slider that is dragged is one action, however many changes it made", () => {
  const drag = (id: string, at: number) => ({ label: "Impaired ab", changes: [id], key: "impair ab", at });
  const stack = pushed(pushed(pushed(EMPTY_UNDO, entry("1")), drag("2", 0)), drag("3", 1_000));
  expect(stack.undo.map((own) => own.changes)).toEqual([["1"], ["2", "3"]]);
  expect(pushed(stack, drag("4", 60_000)).undo).toHaveLength(3);
});
