import {
  API_VERSION,
  FaultInput,
  type FieldError,
  fieldErrors,
  LegacyPodManifest,
  LinkInput,
  PLURALS,
  PodInput,
  ScenarioInput,
} from "@ratchet/contracts";
import type { z } from "zod";
import { MAX_ERRORS, refuse } from "../http/problem-error.js";
import type { Input } from "../state/intents.js";
import type { Document } from "./read-documents.js";

export interface NamedInput {
  where: string;
  namespace: string;
  object: Input;
}
export interface NamedManifest {
  where: string;
  namespace: string;
  manifest: LegacyPodManifest;
}

/**
 * Reads every object against its schema; all that is wrong is said at once.
 *
 * @throws ProblemError Unsupported for kinds that are not built, Invalid otherwise
 */
export function readObjects(
  documents: readonly Document[],
  defaultNamespace: string,
): { inputs: NamedInput[]; manifests: NamedManifest[] } {
  const inputs: NamedInput[] = [];
  const manifests: NamedManifest[] = [];
  const errors: FieldError[] = [];
  const unsupported: FieldError[] = [];
  for (const { where, value } of documents) {
    if (errors.length >= MAX_ERRORS) break;
    const { apiVersion, kind } = headOf(value);
    const read = <T extends { metadata: { namespace?: string | undefined } }>(schema: z.ZodType<T>): T | undefined => {
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      errors.push(...fieldErrors(parsed.error).map((item) => ({ ...item, field: joined(where, item.field) })));
      return undefined;
    };
    if (apiVersion === "v1" && kind === "Pod") {
      const manifest = read(LegacyPodManifest);
      if (manifest) manifests.push({ where, namespace: manifest.metadata.namespace ?? defaultNamespace, manifest });
    } else if (apiVersion === API_VERSION && kind === "Pod") {
      const input = read(PodInput);
      if (input)
        inputs.push({ where, namespace: input.metadata.namespace ?? defaultNamespace, object: { kind, input } });
    } else if (apiVersion === API_VERSION && kind === "Link") {
      const input = read(LinkInput);
      if (input)
        inputs.push({ where, namespace: input.metadata.namespace ?? defaultNamespace, object: { kind, input } });
    } else if (apiVersion === API_VERSION && kind === "Fault") {
      const input = read(FaultInput);
      if (input)
        inputs.push({ where, namespace: input.metadata.namespace ?? defaultNamespace, object: { kind, input } });
    } else if (apiVersion === API_VERSION && kind === "Scenario") {
      const input = read(ScenarioInput);
      if (input)
        inputs.push({ where, namespace: input.metadata.namespace ?? defaultNamespace, object: { kind, input } });
    } else if (apiVersion === API_VERSION && (Object.values(PLURALS) as unknown[]).includes(kind)) {
      unsupported.push({ field: `${where}.kind`, message: `${kind} is not built yet`, code: "Unsupported" });
    } else {
      errors.push(unknownKind(where, apiVersion, kind));
    }
  }
  if (errors.length > 0) throw refuse("Invalid", errors);
  if (unsupported.length > 0) throw refuse("Unsupported", unsupported);
  return { inputs, manifests };
}

function headOf(value: unknown): { apiVersion?: unknown; kind?: unknown } {
  return typeof value === "object" && value !== null ? value : {};
}

function unknownKind(where: string, apiVersion: unknown, kind: unknown): FieldError {
  if (typeof apiVersion !== "string")
    return { field: `${where}.apiVersion`, message: `is needed: ${API_VERSION}, or v1 for a Kubernetes Pod` };
  if (typeof kind !== "string") return { field: `${where}.kind`, message: "is needed: Pod, Link, Fault or Scenario" };
  if (apiVersion !== API_VERSION && apiVersion !== "v1") {
    return { field: `${where}.apiVersion`, message: `must be ${API_VERSION}, or v1 for a Kubernetes Pod` };
  }
  return {
    field: `${where}.kind`,
    message:
      apiVersion === "v1" ? "must be Pod: nothing else of Kubernetes is read" : "must be Pod, Link, Fault or Scenario",
  };
}

function joined(where: string, field: string): string {
  return field === "" ? where : `${where}.${field}`;
}
