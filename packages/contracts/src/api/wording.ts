import type { z } from "zod";

const NOUNS: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
};

/**
 * What is wrong with a field, in words that follow its name: "is missing", "must be a whole number".
 * Undefined where the schema library's own words must do.
 */
export function wordingOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type": {
      const noun = NOUNS[issue.expected] ?? issue.expected;
      return issue.input === undefined
        ? `is missing: it must be ${noun}`
        : `must be ${noun}, not ${given(issue.input)}`;
    }
    case "invalid_value": {
      const values = issue.values.map(String);
      const must = values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.join(", ")}`;
      return issue.input === undefined ? `is missing: it ${must}` : must;
    }
    case "too_small":
      return `must ${amount(issue.origin, "at least", issue.minimum)}`;
    case "too_big":
      // The bound that whole numbers of JavaScript have of themselves; the field's own is said beside it.
      if (issue.maximum === Number.MAX_SAFE_INTEGER) return "is too large";
      return `must ${amount(issue.origin, "at most", issue.maximum)}`;
    case "invalid_key":
      return issue.issues[0]?.message;
    default:
      return undefined;
  }
}

function amount(origin: string, bound: string, limit: number | bigint): string {
  if (origin === "string") return `have ${bound} ${limit} characters`;
  if (origin === "array" || origin === "set") return `have ${bound} ${limit} entries`;
  return `be ${bound} ${limit}`;
}

function given(input: unknown): string {
  if (input === null) return "null";
  if (Array.isArray(input)) return "a list";
  if (typeof input === "number") return String(input);
  if (typeof input === "string") return "a string";
  return typeof input === "object" ? "an object" : String(input);
}
