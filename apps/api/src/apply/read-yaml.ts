import { CORE_SCHEMA, loadAll, YAMLException } from "js-yaml";
import { ProblemError } from "../http/problem-error.js";
import { checkTree } from "../http/read-json.js";

/** Enough for hand-written anchors; a bomb needs far more. */
const MAX_ALIASES = 100;
/** What aliases may repeat altogether, in nodes: a hundred of them can still nest into billions. */
const MAX_REPEATED_NODES = 10_000;
const MAX_DEPTH = 100;

/**
 * Reads YAML documents from outside: plain data only, no tags of one's own, no key twice. Its time
 * and memory grow with the text's length and with nothing else: whatever it says, others are served.
 *
 * @throws ProblemError Malformed, naming document and line
 */
export function readYaml(text: string): unknown[] {
  let values: unknown[];
  try {
    values = loadAll(text, { schema: CORE_SCHEMA, maxDepth: MAX_DEPTH, maxAliases: MAX_ALIASES });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = (error.mark?.line ?? 0) + 1;
    throw malformed(documentAt(text, line), line, error.reason);
  }
  for (const [index, value] of values.entries()) {
    try {
      checkRepeats(value);
      checkTree(value);
    } catch (error) {
      throw malformed(index + 1, undefined, (error as Error).message);
    }
  }
  // What `---` at the end or a comment alone leaves.
  return values.filter((value) => value !== null);
}

/** Counts what is reached more than once, along every way, and stops early. */
function checkRepeats(root: unknown): void {
  const seen = new Set<object>();
  const waiting: object[] = isObject(root) ? [root] : [];
  let repeated = 0;
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (seen.has(value) && ++repeated > MAX_REPEATED_NODES) {
      throw new ProblemError("Malformed", "its aliases repeat too much: write it out, or use fewer");
    }
    seen.add(value);
    for (const child of Object.values(value)) if (isObject(child)) waiting.push(child);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The number of the document that a line lies in, by the markers before it. */
function documentAt(text: string, line: number): number {
  let number = 1;
  let hasContent = false;
  for (const before of text.split("\n", line - 1)) {
    if (/^---(\s|$)/.test(before)) {
      if (hasContent) number++;
      hasContent = true;
    } else if (!/^\s*(#|$)|^%/.test(before)) hasContent = true;
  }
  return number;
}

function malformed(number: number, line: number | undefined, message: string): ProblemError {
  const place = line === undefined ? "" : `, line ${line}`;
  return new ProblemError("Malformed", `the YAML cannot be read: document ${number}${place}: ${message}`, {
    errors: [{ field: `[${number - 1}]`, message: line === undefined ? message : `line ${line}: ${message}` }],
  });
}
