import { randomUUID } from "node:crypto";
import { type PodInput, SOURCE_KUBERNETES, SOURCE_LABEL } from "@ratchet/contracts";
import { refuse } from "../http/problem-error.js";
import type { PodRecord } from "../state/records.js";
import { unsupportedInPod } from "./unsupported.js";

/** The record of an accepted pod: a new one, or the old one with other metadata and spec. */
export function podRecord(input: PodInput, namespace: string, before: PodRecord | undefined, now: string): PodRecord {
  return {
    uid: before?.uid ?? randomUUID(),
    namespace,
    name: input.metadata.name,
    labels: input.metadata.labels,
    annotations: input.metadata.annotations,
    createdAt: before?.createdAt ?? now,
    spec: input.spec,
  };
}

/** @throws ProblemError Unsupported */
export function checkPod(pod: PodRecord): void {
  const unsupported = unsupportedInPod(pod.spec, pod.labels[SOURCE_LABEL] === SOURCE_KUBERNETES);
  if (unsupported.length > 0) throw refuse("Unsupported", unsupported);
}
