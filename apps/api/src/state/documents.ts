import { API_VERSION, type LinkSpec, type Metadata, type PodSpec } from "@ratchet/contracts";
import type { IntentRecord } from "./records.js";

/** A pod or link as a client reads it, without its status. */
export interface Document {
  apiVersion: typeof API_VERSION;
  kind: "Pod" | "Link";
  metadata: Metadata;
  spec: PodSpec | LinkSpec;
}

export function documentOf(kind: "Pod" | "Link", record: IntentRecord<PodSpec | LinkSpec>, revision: number): Document {
  return { apiVersion: API_VERSION, kind, metadata: metadataOf(record, revision), spec: record.spec };
}

export function metadataOf(record: IntentRecord<unknown>, revision: number): Metadata {
  const { namespace, name, uid, labels, annotations, createdAt } = record;
  return { namespace, name, uid, revision, labels, annotations, createdAt };
}
