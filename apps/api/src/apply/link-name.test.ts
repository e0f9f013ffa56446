import { Name } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { linkName } from "./legacy.js";

test("is the two names joined where that is a name", () => {
  expect(linkName("centosa", "quagga-a")).toBe("centosa-quagga-a");
});

test("is always a name, always the same, and another for other pods", () => {
  const pairs = [
    ["A_b", "c.d"],
    ["a_b", "c.d"],
    ["a-b", "c.d"],
    ["x".repeat(60), "y".repeat(60)],
    ["x".repeat(60), "z".repeat(60)],
  ] as const;
  const names = pairs.map(([a, b]) => linkName(a, b));
  for (const name of names) expect(Name.safeParse(name).success).toBe(true);
  expect(new Set(names).size).toBe(pairs.length);
  expect(pairs.map(([a, b]) => linkName(a, b))).toEqual(names);
});
