import { API_VERSION, type List, type ListQuery } from "@ratchet/contracts";
import { parseLabelSelector } from "./label-selector.js";
import { refuse } from "./problem-error.js";

export interface Listable {
  metadata: { name: string; labels: Record<string, string> };
}

/**
 * One page of a list, by name.
 *
 * `names` are all candidates in any order; only those of the page are read with `load`.
 *
 * @throws ProblemError Invalid for a selector or a continue token that is none
 */
export function listPage<T extends Listable>(
  kind: string,
  names: Iterable<string>,
  load: (name: string) => T | undefined,
  query: ListQuery,
  revision: number,
): List<T> {
  const matches = query.labelSelector === undefined ? () => true : parseLabelSelector(query.labelSelector);
  const after = query.continue === undefined ? "" : readToken(query.continue);
  const items: T[] = [];
  let isMore = false;
  for (const name of [...names].filter((text) => text > after).sort()) {
    const item = load(name);
    if (item === undefined || !matches(item.metadata.labels)) continue;
    if (query.limit !== undefined && items.length === query.limit) {
      isMore = true;
      break;
    }
    items.push(item);
  }
  const last = items.at(-1)?.metadata.name ?? "";
  const metadata = { revision, ...(isMore ? { continue: writeToken(last) } : {}) };
  return { apiVersion: API_VERSION, kind: `${kind}List`, metadata, items };
}

function writeToken(after: string): string {
  return Buffer.from(JSON.stringify({ after })).toString("base64url");
}

function readToken(token: string): string {
  try {
    const { after } = JSON.parse(Buffer.from(token, "base64url").toString()) as { after?: unknown };
    if (typeof after === "string") return after;
  } catch {
    // Refused below, whatever was wrong with it.
  }
  throw refuse("Invalid", [{ field: "continue", message: "is not what a list answered in metadata.continue" }]);
}
