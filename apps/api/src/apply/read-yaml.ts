import { LineCounter, parseAllDocuments, type Document as YamlDocument } from "yaml";
import { ProblemError } from "../http/problem-error.js";
import { checkTree } from "../http/read-json.js";

/** Enough for hand-written anchors; a bomb needs far more. */
const MAX_ALIASES = 100;

/**
 * Reads YAML documents from outside: plain data only, no tags of one's own, no key twice.
 *
 * @throws ProblemError Malformed, naming document and line
 */
export function readYaml(text: string): unknown[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    schema: "core",
    version: "1.2",
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
    logLevel: "silent",
  });
  if (!Array.isArray(parsed)) return [];
  return (parsed as YamlDocument.Parsed[]).flatMap((document, index) => {
    const value = readOne(document, index + 1, lines);
    // What `---` at the end or a comment alone leaves.
    return value === null ? [] : [value];
  });
}

function readOne(document: YamlDocument.Parsed, number: number, lines: LineCounter): unknown {
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw malformed(number, lines.linePos(problem.pos[0]).line, problem.message);
  const line = lines.linePos(document.range[0]).line;
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw malformed(number, line, (error as Error).message);
  }
  try {
    checkTree(value);
  } catch (error) {
    throw malformed(number, line, (error as Error).message);
  }
  return value;
}

function malformed(number: number, line: number, message: string): ProblemError {
  const where = `document ${number}, line ${line}`;
  return new ProblemError("Malformed", `the YAML cannot be read: ${where}: ${message}`, {
    errors: [{ field: `[${number - 1}]`, message: `line ${line}: ${message}` }],
  });
}
