import { ProblemError } from "./problem-error.js";

/** Revisions an object may be at; `"*"`: any, as long as it exists. */
export type Condition = "*" | ReadonlySet<number>;

const FIELD = "If-Match";

/**
 * Reads `If-Match` (RFC 9110 section 13.1.1). Weak tags and tags that are no revision never match.
 *
 * @throws ProblemError Malformed
 */
export function parseIfMatch(header: string | undefined): Condition | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === "*") return "*";
  const revisions = new Set<number>();
  for (const part of header.split(",")) {
    const tag = /^\s*(W\/)?"([^"]*)"\s*$/.exec(part);
    if (tag === null) {
      const message = 'must be a quoted ETag as "42", or *';
      throw new ProblemError("Malformed", `${FIELD} ${message}`, { errors: [{ field: FIELD, message }] });
    }
    if (tag[1] === undefined && /^(0|[1-9]\d{0,15})$/.test(tag[2] ?? "")) revisions.add(Number(tag[2]));
  }
  return revisions;
}

/** `revision` undefined: there is no object, which meets no condition. @throws ProblemError Stale */
export function checkIfMatch(condition: Condition | undefined, revision: number | undefined): void {
  if (condition === undefined) return;
  if (revision === undefined) throw stale("there is no object that could be at a revision: leave If-Match out");
  if (condition === "*" || condition.has(revision)) return;
  throw stale(`the object is at revision ${revision}: read it again and decide anew`, { ETag: etag(revision) });
}

export function stale(message: string, headers: Record<string, string> = {}): ProblemError {
  return new ProblemError("Stale", message, { errors: [{ field: FIELD, message }], headers });
}

export function etag(revision: number): string {
  return `"${revision}"`;
}
