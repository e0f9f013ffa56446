import {
  API_VERSION,
  type FaultSpec,
  type LinkSpec,
  type Metadata,
  type PodSpec,
  type ScenarioSpec,
} from "@ratchet/contracts";
import type { IntentRecord } from "./records.js";

/** A pod, link, fault or scenario as a client reads it, without its status. */
export interface Document {
  apiVersion: typeof API_VERSION;
  kind: "Pod" | "Link" | "Fault" | "Scenario";
  metadata: Metadata;
  spec: PodSpec | LinkSpec | FaultSpec | ScenarioSpec;
}

export function documentOf(
  kind: Document["kind"],
  record: IntentRecord<PodSpec | LinkSpec | FaultSpec | ScenarioSpec>,
  revision: number,
): Document {
  return { apiVersion: API_VERSION, kind, metadata: metadataOf(record, revision), spec: record.spec };
}

export function metadataOf(record: IntentRecord<unknown>, revision: number): Metadata {
  const { namespace, name, uid, labels, annotations, createdAt } = record;
  return { namespace, name, uid, revision, labels, annotations, createdAt };
}
