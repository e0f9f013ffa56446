import { z } from "zod";
import { IpAddress, Name } from "../net/fields.js";
import { Labels } from "../resources/metadata.js";
import { LabImage } from "./lab-image.js";

/** How the routers of an example learn their routes. */
export const LAB_ROUTINGS = ["frr", "static"] as const;
export type LabRouting = (typeof LAB_ROUTINGS)[number];

/** `NAME`, or `NAMESPACE/NAME` for a pod outside `default`. */
const PodKey = z.string().regex(/^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/)?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, {
  error: "must be POD or NAMESPACE/POD",
});

const LabPod = LabImage.extend({
  /** Added to the pod when the lab runs with that routing. */
  routing: z.partialRecord(z.enum(LAB_ROUTINGS), LabImage).optional(),
});

export const LabNode = z.strictObject({ name: Name, labels: Labels.default({}) });
export type LabNode = z.output<typeof LabNode>;

/** A ping that has to answer before the lab calls itself ready. */
export const LabProof = z.strictObject({
  from: PodKey,
  ping: IpAddress,
  ttl: z.int().min(1).max(255).optional(),
});
export type LabProof = z.output<typeof LabProof>;

/**
 * `lab.yaml` of an example: the nodes it wants and what its pods' container images
 * would do in a cluster. The topology itself lies beside it, in the files a cluster takes.
 */
export const LabFile = z.strictObject({
  nodes: z.array(LabNode).max(64).optional(),
  /** Executables without which a routing cannot be had; `auto` takes frr when all are there. */
  requires: z.partialRecord(z.enum(LAB_ROUTINGS), z.array(z.string().startsWith("/"))).default({}),
  pods: z.record(PodKey, LabPod).default({}),
  proofs: z.array(LabProof).default([]),
});
export type LabFile = z.output<typeof LabFile>;
