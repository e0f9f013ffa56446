import { expect, test } from "vitest";
import { linesOf } from "./yaml-lines.js";

const TEXT = `# a comment
kind: Scenario
spec:
  steps:
    - name: one
      cut: ab
    - { check: { ping: { from: a,
            to: b } } }
    - &same
      wait: 1
    - *same
  "odd key": 1
`;

test.each([
  ["kind", 2],
  ["spec", 3],
  ["spec.steps[0]", 5],
  ["spec.steps[0].cut", 6],
  ["spec.steps[1].check.ping.to", 8],
  ["spec.steps[2].wait", 10],
  ["spec.steps[3]", 11],
  ["spec.steps[0].absent", 5],
  ["spec.probes[0].name", 3],
  ["metadata.name", 2],
  ["", 2],
])("%s is in line %i", (field, line) => {
  expect(linesOf(TEXT)(field)).toBe(line);
});
