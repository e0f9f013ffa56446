import { setTimeout as delay } from "node:timers/promises";
import type { Problem } from "@ratchet/contracts";
import { API_VERSION } from "@ratchet/contracts";
import type { Document } from "../model/world.js";
import type { Operation } from "../schedule/operation.js";

/** How a write ended: both are an answer of the API, or what its history says when the answer was lost. */
export type Answer = { isAccepted: true } | { isAccepted: false; code: string; detail: string };

/** An operation whose revert names a change by id. */
export type Addressed = Exclude<Operation, { op: "revert" }> | { op: "revert"; id: string };

const ANSWER_WITHIN_MS = 20_000;
const GIVE_UP_MS = 60_000;
const RETRY_MS = 50;

export interface Sender {
  url: () => string;
  /** Whether the history has something of this author. */
  isRecorded: (actor: string) => Promise<boolean>;
  /** Resolves when no write whose connection broke can be under way to the store any more. */
  landed: () => Promise<void>;
}

/**
 * Sends a write until its fate is known. A connection that breaks says nothing: whether the write
 * took effect is then read from the history, in which its author is named once.
 */
export async function send(operation: Addressed, actor: string, sender: Sender): Promise<Answer> {
  const deadline = performance.now() + GIVE_UP_MS;
  let cause: unknown;
  for (let isDoubtful = false; performance.now() < deadline; ) {
    try {
      if (isDoubtful && (await sender.isRecorded(actor))) return { isAccepted: true };
      const isAgain = isDoubtful;
      isDoubtful = true;
      const response = await fetch(sender.url() + pathOf(operation), {
        ...requestOf(operation, actor),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const text = await response.text();
      if (response.ok) return { isAccepted: true };
      const { code, detail } = JSON.parse(text) as Problem;
      // Refused, perhaps, for what an earlier try of it made.
      if (response.status !== 503)
        return isAgain && (await sender.isRecorded(actor)) ? { isAccepted: true } : { isAccepted: false, code, detail };
    } catch (error) {
      cause = error;
      await sender.landed();
    }
    await delay(RETRY_MS);
  }
  throw new Error(`no answer to ${JSON.stringify(operation)}`, { cause });
}

function pathOf(operation: Addressed): string {
  const inNamespace = (kind: string, namespace: string, name = "") =>
    `/api/v1/namespaces/${namespace}/${kind.toLowerCase()}s${name === "" ? "" : `/${name}`}`;
  switch (operation.op) {
    case "create":
      return inNamespace(operation.document.kind, operation.document.namespace);
    case "replace":
      return inNamespace(operation.document.kind, operation.document.namespace, operation.document.name);
    case "patch":
    case "delete":
      return inNamespace(operation.kind, operation.namespace, operation.name);
    case "reroute":
      return `${inNamespace("Link", operation.namespace, operation.name)}/reroute`;
    case "kill":
    case "restart":
      return `${inNamespace("Pod", operation.namespace, operation.name)}/${operation.op}`;
    case "apply":
      return `/api/v1/apply${operation.prune === undefined ? "" : `?prune=${operation.prune}`}`;
    case "revert":
      return `/api/v1/changes/${operation.id}/revert`;
  }
}

function requestOf(
  operation: Addressed,
  actor: string,
): { method: string; headers: Record<string, string>; body?: string } {
  const headers = { "x-ratchet-actor": actor, "content-type": "application/json" };
  const plain = { "x-ratchet-actor": actor };
  switch (operation.op) {
    case "create":
      return { method: "POST", headers, body: JSON.stringify(resource(operation.document)) };
    case "replace":
      return { method: "PUT", headers, body: JSON.stringify(resource(operation.document)) };
    case "patch":
      return {
        method: "PATCH",
        headers: {
          ...headers,
          "content-type": "application/merge-patch+json",
          ...(operation.isStale ? { "if-match": '"1"' } : {}),
        },
        body: JSON.stringify({ spec: operation.patch }),
      };
    case "delete":
      return { method: "DELETE", headers: plain };
    case "reroute":
      return { method: "POST", headers, body: JSON.stringify({ endpoint: operation.endpoint, to: operation.to }) };
    case "kill":
    case "restart":
    case "revert":
      return { method: "POST", headers: plain };
    case "apply":
      // JSON is YAML.
      return {
        method: "POST",
        headers: { ...plain, "content-type": "application/yaml" },
        body: operation.documents.map((document) => JSON.stringify(resource(document))).join("\n---\n"),
      };
  }
}

function resource({ kind, namespace, name, labels, spec }: Document): object {
  return { apiVersion: API_VERSION, kind, metadata: { namespace, name, labels }, spec };
}
