import type { NamespacedPlural, Plural } from "../kinds.js";

/** Path of a kind's list. */
export function listPath(plural: Plural, namespace: string): string {
  return plural === "nodes" ? "/api/v1/nodes" : `/api/v1/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}

/** Path of one object. */
export function objectPath(plural: Plural, namespace: string, name: string): string {
  return `${listPath(plural, namespace)}/${encodeURIComponent(name)}`;
}

/** Path of what can be done to one object: `reroute`, `kill`, ... */
export function actionPath(plural: NamespacedPlural, namespace: string, name: string, action: string): string {
  return `${objectPath(plural, namespace, name)}/${action}`;
}
