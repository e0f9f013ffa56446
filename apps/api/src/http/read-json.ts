import { ProblemError } from "./problem-error.js";

/** Deeper than any object of ours; a schema error would not say it better. */
const MAX_DEPTH = 64;
const FORBIDDEN = "__proto__";
const NUL = "\0";

/**
 * Reads a JSON text from outside.
 *
 * @throws ProblemError Malformed, saying where
 */
export function readJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ProblemError("Malformed", `the body is not JSON: ${(error as Error).message}`);
  }
  checkTree(value);
  return value;
}

/**
 * Refuses what would be dangerous or useless to look at further. Walks without recursion.
 *
 * @throws ProblemError Malformed
 */
export function checkTree(root: unknown): void {
  const waiting: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next;
    if (typeof value === "string") checkText(value);
    if (typeof value !== "object" || value === null) continue;
    if (depth > MAX_DEPTH) throw new ProblemError("Malformed", `the body is nested deeper than ${MAX_DEPTH} levels`);
    if (Object.hasOwn(value, FORBIDDEN)) {
      throw new ProblemError("Malformed", `the body has a key ${FORBIDDEN}, which is not allowed anywhere`);
    }
    if (!Array.isArray(value)) for (const key of Object.keys(value)) checkText(key);
    for (const child of Object.values(value)) waiting.push({ value: child, depth: depth + 1 });
  }
}

// Neither can be kept: UTF-8 has no form for half a surrogate pair, and databases end a text at NUL.
function checkText(text: string): void {
  if (text.includes(NUL)) throw new ProblemError("Malformed", "the body has a NUL character in a text");
  if (!text.isWellFormed()) {
    throw new ProblemError("Malformed", "the body has half a surrogate pair in a text, which is no Unicode character");
  }
}
