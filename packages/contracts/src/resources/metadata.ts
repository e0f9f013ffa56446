import { z } from "zod";
import { Name } from "../net/fields.js";

export const API_VERSION = "ratchet.network/v1alpha1";

const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/** A label or annotation key, as Kubernetes defines it. */
export const LabelKey = z
  .string()
  .regex(LABEL_KEY, { error: "must be a label key: [prefix/]name of letters, digits, '-', '_' and '.'" })
  .refine((key) => !FORBIDDEN_KEYS.has(key), { error: "is not allowed as a key" });

export const LabelValue = z
  .string()
  .regex(LABEL_VALUE, { error: "must be a label value: at most 63 of letters, digits, '-', '_' and '.'" });

export const Labels = z.record(LabelKey, LabelValue);
export const Annotations = z.record(LabelKey, z.string().max(262_144));

/** `app=web, tier=a`: labels as people write them. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}

/** Set by the server, accepted and ignored on input so that what was read can be written back. */
const serverOwned = z.unknown().optional();

/** Metadata as a client writes it. */
export const MetadataInput = z
  .strictObject({
    namespace: Name.optional(),
    name: Name,
    labels: Labels.optional(),
    annotations: Annotations.optional(),
    uid: serverOwned,
    revision: serverOwned,
    createdAt: serverOwned,
  })
  .transform(({ namespace, name, labels, annotations }) => ({
    ...(namespace === undefined ? {} : { namespace }),
    name,
    labels: labels ?? {},
    annotations: annotations ?? {},
  }));
export type MetadataInput = z.output<typeof MetadataInput>;

/** Metadata as the server answers it. `revision` moves with metadata and spec, never with status. */
export const Metadata = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.uuid(),
  revision: z.int().min(0),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  createdAt: z.iso.datetime(),
});
export type Metadata = z.output<typeof Metadata>;

/** Metadata of what lies in no namespace. */
export const ClusterMetadata = Metadata.omit({ namespace: true });
export type ClusterMetadata = z.output<typeof ClusterMetadata>;

export { serverOwned };
