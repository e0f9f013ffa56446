import { z } from "zod";

export const BACKUP_FORMAT = "ratchet-backup";
/** Moves when a file of one could not be read as the other. */
export const BACKUP_VERSION = 1;

const SavedLayout = z.strictObject({
  namespace: z.string().max(63),
  name: z.string().max(253),
  positions: z.record(z.string(), z.unknown()),
  updatedBy: z.string().max(1024),
  updatedAt: z.iso.datetime(),
});

/**
 * Everything that is asked for and given out, of one revision: what the store holds but for what lives with a process
 * (leases, leadership) and what is on its way to the history.
 */
export const Backup = z.strictObject({
  format: z.literal(BACKUP_FORMAT, { error: `must be "${BACKUP_FORMAT}": this is no backup` }),
  version: z.literal(BACKUP_VERSION, { error: `must be ${BACKUP_VERSION}: another version of Ratchet made this file` }),
  /** Version of the program that made it. */
  madeBy: z.string().max(64),
  at: z.iso.datetime(),
  storeId: z.string().max(64),
  revision: z.int(),
  /** Keys whose values could not be read and are not in it. */
  leftOut: z.array(z.string()),
  entries: z.array(z.strictObject({ key: z.string().max(4096), value: z.unknown() })),
  layouts: z.array(SavedLayout),
  checksum: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .meta({ description: "SHA-256 of the JSON text of [entries, layouts]" }),
});
export type Backup = z.output<typeof Backup>;

/** What was brought back, by kind. */
export const RestoreResult = z.object({
  revision: z.int(),
  from: z.object({ storeId: z.string(), revision: z.int(), at: z.string() }),
  restored: z.record(z.string(), z.int()).meta({ examples: [{ pods: 5, links: 4, vnis: 2, layouts: 1 }] }),
});
export type RestoreResult = z.output<typeof RestoreResult>;
