import { expect, test } from "vitest";
import { diffFields } from "./diff-fields.js";

test("names each field that differs at its deepest path", () => {
  const before = { a: 1, b: { c: [1, { d: 2 }] }, gone: true };
  const after = { a: 1, b: { c: [1, { d: 3 }] }, come: "x" };
  expect(diffFields(before, after)).toEqual([
    { path: "b.c[1].d", before: 2, after: 3 },
    { path: "gone", before: true, after: undefined },
    { path: "come", before: undefined, after: "x" },
  ]);
});

test("lists of another length differ as a whole, equal documents not at all", () => {
  expect(diffFields({ a: [1] }, { a: [1, 2] })).toEqual([{ path: "a", before: [1], after: [1, 2] }]);
  expect(diffFields({ a: [1], b: 2 }, { b: 2, a: [1] })).toEqual([]);
});
