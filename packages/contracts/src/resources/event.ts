import { z } from "zod";

/** Something that happened to an object and is worth a line in the page: `LinkRepaired`, `PodGone`, ... */
export const Event = z.object({
  kind: z.literal("Event"),
  id: z.string(),
  at: z.iso.datetime(),
  severity: z.enum(["info", "warning"]),
  reason: z.string().meta({ examples: ["LinkRepaired", "PodGone", "PodReady", "CarrierLost", "NodeUnknown"] }),
  message: z.string(),
  about: z.object({ kind: z.string(), namespace: z.string().nullable(), name: z.string() }),
  node: z.string().nullable(),
});
export type Event = z.output<typeof Event>;
