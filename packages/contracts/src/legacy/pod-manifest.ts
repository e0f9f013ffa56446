import { z } from "zod";
import { Name } from "../net/fields.js";
import { Labels } from "../resources/metadata.js";

/**
 * A Kubernetes Pod manifest, as far as it is read here. What belongs to containers, volumes and
 * scheduling is left to Kubernetes and passed over.
 */
export const LegacyPodManifest = z.looseObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("Pod"),
  metadata: z.looseObject({
    namespace: Name.optional(),
    name: Name,
    labels: Labels.optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z
    .looseObject({
      nodeName: Name.nullish(),
      nodeSelector: Labels.nullish(),
      securityContext: z
        .looseObject({
          sysctls: z.array(z.looseObject({ name: z.string(), value: z.string() })).nullish(),
        })
        .nullish(),
    })
    .optional(),
});
export type LegacyPodManifest = z.output<typeof LegacyPodManifest>;
