import { expect, test } from "vitest";
import { corrected, sum, worthAnotherRun } from "./tally.mjs";

const good = { file: "a.test.ts", project: "unit", passed: 3, failed: 0 };
const late = { file: "e2e/page.e2e.test.ts", project: "e2e", passed: 4, failed: 1 };

test("a file that failed against a real machine is worth another run", () => {
  expect(worthAnotherRun({ files: [good, late], elsewhere: 0 })).toEqual([late.file]);
});

test("nothing is tried again when something failed that is no accident", () => {
  const files = [good, late];
  expect(worthAnotherRun({ files: [{ ...good, failed: 1 }, late], elsewhere: 0 })).toEqual([]);
  expect(worthAnotherRun({ files, elsewhere: 1 })).toEqual([]);
  for (const file of ["e2e/chaos.e2e.test.ts", "e2e/chaos/src/x.e2e.test.ts", "e2e/soak.e2e.test.ts"])
    expect(worthAnotherRun({ files: [...files, { ...late, file }], elsewhere: 0 }), file).toEqual([]);
  const many = [1, 2, 3, 4].map((index) => ({ ...late, file: `${index}.e2e.test.ts` }));
  expect(worthAnotherRun({ files: many, elsewhere: 0 })).toEqual([]);
});

test("the second run's word counts for its files, and a failure that stays is counted", () => {
  const first = { files: [good, late], elsewhere: 0 };
  expect(sum(first)).toEqual({ passed: 7, failed: 1 });
  expect(sum(corrected(first, { files: [{ ...late, passed: 5, failed: 0 }], elsewhere: 0 }))).toEqual({
    passed: 8,
    failed: 0,
  });
  expect(sum(corrected(first, { files: [late], elsewhere: 0 }))).toEqual({ passed: 7, failed: 1 });
  // A second run that could not begin leaves the first one's failure, and counts its own.
  expect(sum(corrected(first, { files: [], elsewhere: 1 }))).toEqual({ passed: 7, failed: 2 });
});

test("a run without a test is no success", () => {
  expect(sum({ files: [], elsewhere: 0 })).toEqual({ passed: 0, failed: 1 });
});
