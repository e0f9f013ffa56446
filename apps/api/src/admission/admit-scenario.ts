import { randomUUID } from "node:crypto";
import type { ScenarioInput } from "@ratchet/contracts";
import type { ScenarioRecord } from "../state/records.js";

/** What the store shall keep of a scenario. */
export function scenarioRecord(
  { metadata, spec }: ScenarioInput,
  namespace: string,
  before: ScenarioRecord | undefined,
  nowIso: string,
): ScenarioRecord {
  return {
    uid: before?.uid ?? randomUUID(),
    namespace,
    name: metadata.name,
    labels: metadata.labels,
    annotations: metadata.annotations,
    createdAt: before?.createdAt ?? nowIso,
    spec,
  };
}
