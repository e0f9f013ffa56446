import { YamlText } from "../http/body-parsers.js";
import { ProblemError } from "../http/problem-error.js";

/** One object of an apply. `where` names it in refusals: its place in the request. */
export interface Document {
  where: string;
  value: unknown;
}

const MAX_LIST_DEPTH = 4;

/** Takes a body apart into its objects. @throws ProblemError Malformed */
export async function readDocuments(body: unknown): Promise<Document[]> {
  let values: unknown[];
  if (body instanceof YamlText) {
    const { readYaml } = await import("./read-yaml.js");
    values = readYaml(body.text);
  } else if (body === undefined || body === null) {
    throw new ProblemError("Malformed", "the body is empty: send one object, a list of them, or YAML documents");
  } else {
    values = [body];
  }
  const objects = values.flatMap((value) => unfold(value, 0));
  // An empty file together with prune would delete a whole set by mistake.
  if (objects.length === 0) throw new ProblemError("Malformed", "there is no object in the body");
  return objects.map((value, index) => ({ where: `[${index}]`, value }));
}

/** An array, and what Kubernetes and our own lists call `items`, is its parts. */
function unfold(value: unknown, depth: number): unknown[] {
  if (depth < MAX_LIST_DEPTH && Array.isArray(value)) return value.flatMap((item) => unfold(item, depth + 1));
  if (depth < MAX_LIST_DEPTH && isList(value)) return value.items.flatMap((item) => unfold(item, depth + 1));
  return [value];
}

function isList(value: unknown): value is { items: unknown[] } {
  if (typeof value !== "object" || value === null || !("kind" in value) || !("items" in value)) return false;
  return typeof value.kind === "string" && value.kind.endsWith("List") && Array.isArray(value.items);
}
