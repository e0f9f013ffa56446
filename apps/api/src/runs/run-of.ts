import { API_VERSION, type Run } from "@ratchet/contracts";
import { metadataOf } from "../state/documents.js";
import type { Held, ScenarioRunRecord } from "../state/records.js";

/** Moves with metadata and spec alone, which never change. */
export function revisionOf({ data, modRevision }: Held<ScenarioRunRecord>): number {
  return data.revision ?? modRevision;
}

/** A run as a client sees it. */
export function runOf(held: Held<ScenarioRunRecord>): Run {
  const { data } = held;
  const { spec, status } = data;
  return { apiVersion: API_VERSION, kind: "Run", metadata: metadataOf(data, revisionOf(held)), spec, status };
}
