import { randomUUID } from "node:crypto";
import type { PrismaLibSql } from "@prisma/adapter-libsql";
import { type AppliedMigration, type Migration, pendingMigrations, refusal } from "./migration.js";

type Adapter = Awaited<ReturnType<PrismaLibSql["connect"]>>;

// As the schema engine makes it (prisma-engines: sql-schema-connector, flavour/sqlite).
const ledger = `
  CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
  );
`;

/**
 * Brings the database up to date and records it as `prisma migrate deploy` would. Each migration takes effect together
 * with its record or not at all.
 *
 * @throws HistoryError Refused, with nothing changed
 */
export async function migrate(database: string, adapter: Adapter, known: Migration[]): Promise<void> {
  const tables = await query(
    adapter,
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  const hasLedger = tables.some(([name]) => name === "_prisma_migrations");
  if (!hasLedger && tables.length > 0) {
    throw refusal(database, "it has tables of another program", "name another file");
  }
  const pending = pendingMigrations(database, known, hasLedger ? await readLedger(adapter) : []);
  for (const migration of pending) await adapter.executeScript(script(migration));
}

async function readLedger(adapter: Adapter): Promise<AppliedMigration[]> {
  const rows = await query(
    adapter,
    'SELECT migration_name, checksum, finished_at IS NOT NULL, rolled_back_at IS NOT NULL FROM "_prisma_migrations"',
  );
  return rows.map(([name, checksum, isFinished, isRolledBack]) => ({
    name: String(name),
    checksum: String(checksum),
    isFinished: Number(isFinished) === 1,
    isRolledBack: Number(isRolledBack) === 1,
  }));
}

function script({ name, sql, checksum }: Migration): string {
  const now = Date.now();
  return `
    BEGIN IMMEDIATE;
    ${ledger}
    ${sql}
    ;
    INSERT INTO "_prisma_migrations"
      (id, checksum, finished_at, migration_name, logs, rolled_back_at, started_at, applied_steps_count)
      VALUES ('${randomUUID()}', '${checksum}', ${now}, '${name.replaceAll("'", "''")}', NULL, NULL, ${now}, 1);
    COMMIT;
  `;
}

async function query(adapter: Adapter, sql: string): Promise<unknown[][]> {
  return (await adapter.queryRaw({ sql, args: [], argTypes: [] })).rows;
}
