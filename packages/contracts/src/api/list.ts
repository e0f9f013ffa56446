import { z } from "zod";
import { API_VERSION } from "../resources/metadata.js";

/** A number as a query string holds it: digits and nothing else. */
export const wholeNumber = z
  .string({ error: "must be a whole number" })
  .regex(/^-?\d{1,15}$/, { error: "must be a whole number" })
  .transform(Number);

/** Query of every list. */
export const ListQuery = z.strictObject({
  labelSelector: z.string().max(4096).optional(),
  limit: wholeNumber.pipe(z.int().min(1).max(10_000)).optional(),
  continue: z.string().max(1024).optional(),
});
export type ListQuery = z.output<typeof ListQuery>;

/** The list shape: items by name. */
export function listOf<T extends z.ZodType>(kind: string, item: T) {
  return z.object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal(`${kind}List`),
    metadata: z.object({ revision: z.int(), continue: z.string().optional() }),
    items: z.array(item),
  });
}

export interface List<T> {
  apiVersion: typeof API_VERSION;
  kind: string;
  metadata: { revision: number; continue?: string };
  items: T[];
}
