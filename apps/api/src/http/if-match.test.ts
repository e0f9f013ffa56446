import { expect, test } from "vitest";
import { checkIfMatch, parseIfMatch } from "./if-match.js";

const isMet = (header: string | undefined, revision: number) => {
  try {
    checkIfMatch(parseIfMatch(header), revision);
    return true;
  } catch {
    return false;
  }
};

test("only a strong tag of the revision, or *, meets it", () => {
  for (const header of [undefined, "*", '"42"', '"1", "42"']) expect(isMet(header, 42)).toBe(true);
  for (const header of ['"41"', 'W/"42"', '"x"', '"4", "2"', '"042"', '""']) expect(isMet(header, 42)).toBe(false);
});

test("a tag without quotes is refused, not guessed", () => {
  expect(() => parseIfMatch("42")).toThrow(/If-Match/);
});
