import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { HistoryError } from "./history-error.js";

export interface Migration {
  /** `<timestamp>_<name>`, by which they are ordered. */
  name: string;
  sql: string;
  /** SHA-256 of the file in hexadecimal, as Prisma records it. */
  checksum: string;
}

/** A row of `_prisma_migrations`. */
export interface AppliedMigration {
  name: string;
  checksum: string;
  isFinished: boolean;
  isRolledBack: boolean;
}

/** Reads `prisma/migrations`, oldest first. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/**
 * The migrations that are still to be applied, in order; judges as `prisma migrate deploy` does, and also refuses a
 * database that is newer than this program.
 *
 * @throws HistoryError Refused
 */
export function pendingMigrations(database: string, known: Migration[], applied: AppliedMigration[]): Migration[] {
  const standing = applied.filter((row) => !row.isRolledBack);
  const failed = standing.find((row) => !row.isFinished);
  if (failed !== undefined) {
    throw refusal(
      database,
      `migration ${failed.name} failed halfway`,
      "restore a copy, or resolve it with `prisma migrate resolve`",
    );
  }
  const byName = new Map(known.map((migration) => [migration.name, migration]));
  for (const { name, checksum } of standing) {
    const migration = byName.get(name);
    if (migration === undefined) {
      throw refusal(database, `it has migration ${name}, which a newer Ratchet made`, "start that version");
    }
    if (migration.checksum !== checksum) {
      throw refusal(
        database,
        `migration ${name} was applied with another content`,
        "restore the migration file, or start the version that applied it",
      );
    }
  }
  const done = new Set(standing.map((row) => row.name));
  return known.filter((migration) => !done.has(migration.name));
}

export function refusal(database: string, found: string, remedy: string): HistoryError {
  return new HistoryError(
    "Refused",
    `the history database ${database} cannot be used: ${found}; nothing was changed: ${remedy}, or begin a new history with another one`,
  );
}
