import { API_VERSION, type Run } from "@ratchet/contracts";
import { metadataOf } from "../state/documents.js";
import type { Held, ScenarioRunRecord } from "../state/records.js";

/** A run as a client sees it. */
export function runOf({ data, modRevision }: Held<ScenarioRunRecord>): Run {
  const { spec, status } = data;
  return { apiVersion: API_VERSION, kind: "Run", metadata: metadataOf(data, modRevision), spec, status };
}
