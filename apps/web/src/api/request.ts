import { actorName } from "../state/actor.js";
import { session } from "../state/session-store.js";
import { problemOf } from "./problem-error.js";

export interface Answer<T> {
  body: T;
  /** Ids of the changes this request made, for undo. */
  changes: string[];
}

/** A body that is sent as it is, as `application/yaml`. */
export class YamlText {
  constructor(readonly text: string) {}
}

const BASE = "/api/v1";

/** One request to the API. Throws ProblemError when refused, TypeError when unreachable. */
export async function request<T>(
  method: string,
  path: string,
  body?: unknown,
  options: { ifMatch?: number; signal?: AbortSignal } = {},
): Promise<Answer<T>> {
  const headers: Record<string, string> = { accept: "application/json", "x-ratchet-actor": actorName() };
  if (body instanceof YamlText) headers["content-type"] = "application/yaml";
  else if (method === "PATCH") headers["content-type"] = "application/merge-patch+json";
  else if (body !== undefined) headers["content-type"] = "application/json";
  if (options.ifMatch !== undefined) headers["if-match"] = `"${options.ifMatch}"`;
  const response = await fetch(`${BASE}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: body instanceof YamlText ? body.text : JSON.stringify(body) }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (response.status === 401) void session.check();
  if (!response.ok) throw await problemOf(response);
  const changes =
    response.headers
      .get("x-ratchet-change")
      ?.split(",")
      .map((id) => id.trim()) ?? [];
  const text = await response.text();
  return { body: (text === "" ? undefined : JSON.parse(text)) as T, changes: changes.filter((id) => id !== "") };
}

type Plural = "pods" | "links" | "faults" | "scenarios" | "runs";

/** `/namespaces/default/links/a`. */
export function objectPath(namespace: string, plural: Plural, name?: string): string {
  const base = `/namespaces/${encodeURIComponent(namespace)}/${plural}`;
  return name === undefined ? base : `${base}/${encodeURIComponent(name)}`;
}
