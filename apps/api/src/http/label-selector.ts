import { LabelKey, LabelValue } from "@ratchet/contracts";
import { type ProblemError, refuse } from "./problem-error.js";

export type LabelMatcher = (labels: Readonly<Record<string, string>>) => boolean;

/**
 * Reads a label selector as Kubernetes writes it: `a=b`, `a==b`, `a!=b`, `a in (b,c)`,
 * `a notin (b,c)`, `a`, `!a`, joined by commas. Empty matches everything.
 *
 * @throws ProblemError Invalid
 */
export function parseLabelSelector(text: string): LabelMatcher {
  const terms = split(text).map((term) => parseTerm(term.trim()));
  return (labels) => terms.every((matches) => matches(labels));
}

// Commas inside parentheses separate values, not terms.
function split(text: string): string[] {
  if (text.trim() === "") return [];
  const terms: string[] = [];
  let depth = 0;
  let term = "";
  for (const char of text) {
    if (char === "(") depth++;
    if (char === ")") depth--;
    if (char === "," && depth === 0) {
      terms.push(term);
      term = "";
    } else term += char;
  }
  return [...terms, term];
}

function parseTerm(term: string): LabelMatcher {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(term);
  if (set !== null) {
    const key = keyOf(set[1], term);
    const values = new Set((set[3] ?? "").split(",").map((value) => valueText(value, term)));
    const isIn = set[2] === "in";
    return (labels) => {
      const value = own(labels, key);
      return isIn ? value !== undefined && values.has(value) : value === undefined || !values.has(value);
    };
  }
  const equals = /^([^=!]+)(==|=|!=)([^=!]*)$/.exec(term);
  if (equals !== null) {
    const key = keyOf(equals[1]?.trim(), term);
    const value = valueText(equals[3], term);
    return equals[2] === "!=" ? (labels) => own(labels, key) !== value : (labels) => own(labels, key) === value;
  }
  const isAbsent = term.startsWith("!");
  const key = keyOf(isAbsent ? term.slice(1).trim() : term, term);
  return (labels) => (own(labels, key) !== undefined) !== isAbsent;
}

function keyOf(key: string | undefined, term: string): string {
  if (key !== undefined && LabelKey.safeParse(key).success) return key;
  throw unreadable(term);
}

function valueText(value: string | undefined, term: string): string {
  const text = (value ?? "").trim();
  if (LabelValue.safeParse(text).success) return text;
  throw unreadable(term);
}

function unreadable(term: string): ProblemError {
  const message = `has a term that cannot be read: ${JSON.stringify(term)}; write as app=router, app!=router, app in (a,b), app or !app`;
  return refuse("Invalid", [{ field: "labelSelector", message }]);
}

function own(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
