import { expect, test } from "vitest";
import { readYaml } from "./read-yaml.js";

const lines = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, i) => line(i));

test("reads plain data of YAML 1.2: no surprise for names such as no or 02:00", () => {
  expect(
    readYaml("a: no\nb: 02:00:00:00:00:01\nc: 2020-01-01\nd: 5\n---\n# nothing\n---\n- &x {y: z}\n- *x\n"),
  ).toEqual([{ a: "no", b: "02:00:00:00:00:01", c: "2020-01-01", d: 5 }, [{ y: "z" }, { y: "z" }]]);
});

test.each([
  ["two documents that are right", "a: 1\n---\nb: 2\n---\nc: [1\n", /document 3, line/],
  ["a marker at the top", "# about\n---\na: 1\na: 2\n", /document 1, line 4/],
  ["a key twice", "a: 1\na: 2\n", /line 2/],
  ["a tag", "a: !!binary aGVsbG8=\n", /tag/],
  ["a loop", "a: &a [*a]\n", /document 1/],
  ["a NUL", 'a: "\\0"\n', /NUL/],
  ["half a character", 'a: "\\uD800"\n', /Unicode/],
])("refuses after %s and says where", (_what, text, where) => {
  expect(() => readYaml(text)).toThrow(where);
});

// Each of these kept the process busy for minutes or took all its memory once; with such costs a
// few milliseconds are hundreds of times away.
test.each([
  ["a bracket eight million times", "[".repeat(8 * 1024 * 1024)],
  ["a map in a map", "{a: ".repeat(50_000)],
  ["a list in a list", "- ".repeat(100_000)],
  ["block after block", lines(3000, (i) => `${" ".repeat(i)}a:`).join("\n")],
  ["an alias a hundred thousand times", `a: &a 1\n${lines(100_000, (i) => `b${i}: *a`).join("\n")}`],
  [
    "a billion laughs",
    lines(11, (i) => `a${i}: &a${i} [${lines(9, () => (i === 0 ? "x" : `*a${i - 1}`)).join()}]`).join("\n"),
  ],
])("refuses %s at once", (_what, text) => {
  const startMs = performance.now();
  expect(() => readYaml(text)).toThrow(/YAML cannot be read/);
  expect(performance.now() - startMs).toBeLessThan(20_000);
});

test("reads a map of a hundred thousand keys and anchors in a moment", () => {
  const startMs = performance.now();
  expect(Object.keys(readYaml(lines(100_000, (i) => `k${i}: &x${i} 1`).join("\n"))[0] as object)).toHaveLength(100_000);
  expect(performance.now() - startMs).toBeLessThan(10_000);
});
