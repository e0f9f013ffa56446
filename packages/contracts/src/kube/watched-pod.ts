import { z } from "zod";

const Texts = z.record(z.string(), z.string()).nullish();

/** A Pod of the Kubernetes API, as far as a node's agent reads it. */
export const WatchedPod = z.object({
  metadata: z.object({
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    labels: Texts,
    annotations: Texts,
  }),
});
export type WatchedPod = z.output<typeof WatchedPod>;

export const WatchedPodList = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  items: z.array(WatchedPod),
});
export type WatchedPodList = z.output<typeof WatchedPodList>;

/** A line of a watch. */
export const WatchedPodEvent = z.discriminatedUnion("type", [
  z.object({ type: z.enum(["ADDED", "MODIFIED", "DELETED"]), object: WatchedPod }),
  z.object({ type: z.literal("BOOKMARK"), object: z.object({ metadata: z.object({ resourceVersion: z.string() }) }) }),
  z.object({
    type: z.literal("ERROR"),
    object: z.object({ code: z.int().optional(), message: z.string().optional() }),
  }),
]);
export type WatchedPodEvent = z.output<typeof WatchedPodEvent>;
