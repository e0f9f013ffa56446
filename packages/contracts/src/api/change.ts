import { z } from "zod";
import { wholeNumber } from "./list.js";

export const CHANGE_VERBS = [
  "create",
  "update",
  "delete",
  "reroute",
  "kill",
  "restart",
  "revert",
  "end",
  "restore",
] as const;

/** One accepted change of one object. `before` is null for a create, `after` for a delete. */
export const Change = z.object({
  id: z.string().meta({ description: "sorts by time" }),
  at: z.iso.datetime(),
  actor: z.string(),
  verb: z.enum(CHANGE_VERBS),
  kind: z.string(),
  namespace: z.string().nullable(),
  name: z.string(),
  before: z.unknown().nullable(),
  after: z.unknown().nullable(),
  revertOf: z.string().optional(),
  late: z.literal(true).optional().meta({ description: "the history database was away, and took it only later" }),
});
export interface Change extends Omit<z.output<typeof Change>, "before" | "after"> {
  /** The object without its status, or null. */
  before: object | null;
  after: object | null;
}

export const ChangesQuery = z.strictObject({
  namespace: z.string().max(63).optional(),
  kind: z.string().max(63).optional(),
  name: z.string().max(253).optional(),
  limit: wholeNumber.pipe(z.int().min(1).max(1000)).default(100),
  continue: z.string().max(1024).optional(),
});
export type ChangesQuery = z.output<typeof ChangesQuery>;
