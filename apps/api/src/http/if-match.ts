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
    if (tag[1] === undefined && /^\d+$/.test(tag[2] ?? "")) revisions.add(Number(tag[2]));
  }
  return revisions;
}

/** @throws ProblemError Stale */
export function checkIfMatch(condition: Condition | undefined, revision: number): void {
  if (condition === undefined || condition === "*" || condition.has(revision)) return;
  const message = `the object is at revision ${revision}: read it again and decide anew`;
  throw new ProblemError("Stale", message, {
    errors: [{ field: FIELD, message }],
    headers: { ETag: etag(revision) },
  });
}

export function etag(revision: number): string {
  return `"${revision}"`;
}
