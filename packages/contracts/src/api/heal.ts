import { z } from "zod";

/** What `POST /heal` ended. */
export const HealResult = z.object({
  revision: z.int(),
  healed: z.array(z.object({ namespace: z.string(), name: z.string() })),
});
export type HealResult = z.output<typeof HealResult>;
