import { z } from "zod";

export const Condition = z.object({
  type: z.string(),
  status: z.enum(["True", "False", "Unknown"]),
  reason: z.string(),
  message: z.string(),
  since: z.iso.datetime(),
});
export type Condition = z.output<typeof Condition>;
