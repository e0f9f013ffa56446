import { keys } from "@ratchet/contracts";
import { z } from "zod";
import type { Entry, Op } from "../store/store.js";
import type { ChangeRecord, NewChange } from "./change-record.js";

// What the database has a column for; a later version may write more.
const Shape = z.looseObject({
  id: z.string(),
  at: z.iso.datetime(),
  actor: z.string(),
  verb: z.string(),
  kind: z.string(),
  namespace: z.string().nullable(),
  name: z.string(),
  before: z.looseObject({}).nullable(),
  after: z.looseObject({}).nullable(),
  uid: z.string().optional(),
  revertOf: z.string().optional(),
  batch: z.string().optional(),
});

/** The operation that records the change; for the transaction that makes it, so that neither exists without the other. */
export function recordChange(change: NewChange): Op {
  return { op: "put", key: keys.change(change.id), value: JSON.stringify(change) };
}

/** The change in an entry of the outbox; undefined when somebody else wrote it. */
export function changeIn(entry: Entry): ChangeRecord | undefined {
  const change = readChange(entry.value);
  return change && { ...change, revision: entry.modRevision };
}

/** The change in a value of the outbox; undefined when it is none. */
export function readChange(value: string): NewChange | undefined {
  let data: unknown;
  try {
    data = JSON.parse(value);
  } catch {
    return undefined;
  }
  return Shape.safeParse(data).success ? (data as NewChange) : undefined;
}
