import { randomUUID } from "node:crypto";
import type { ClientBase } from "pg";
import { type AppliedMigration, type Migration, pendingMigrations, refusal } from "./migration.js";
import { toPostgres } from "./postgres-dialect.js";

// As the schema engine makes it (prisma-engines: sql-schema-connector, flavour/postgres).
const ledger = `
  CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    VARCHAR(36) PRIMARY KEY NOT NULL,
    "checksum"              VARCHAR(64) NOT NULL,
    "finished_at"           TIMESTAMPTZ,
    "migration_name"        VARCHAR(255) NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        TIMESTAMPTZ,
    "started_at"            TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count"   INTEGER NOT NULL DEFAULT 0
  )
`;
// Any number that nobody else locks in this database: "ratchet" in letters of a telephone.
const LOCK = 7_282_438;

/**
 * Brings the database up to date, all of it in one transaction; of several replicas that start together one does it.
 *
 * @throws HistoryError Refused, with nothing changed
 */
export async function migratePostgres(database: string, client: ClientBase, known: Migration[]): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
    const tables = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()");
    const names: string[] = tables.rows.map(({ tablename }) => tablename);
    const hasLedger = names.includes("_prisma_migrations");
    if (!hasLedger && names.length > 0) {
      throw refusal(database, "it has tables of another program", "name another database");
    }
    const pending = pendingMigrations(database, known, hasLedger ? await readLedger(client) : []);
    if (pending.length > 0) await client.query(ledger);
    for (const { name, sql, checksum } of pending) {
      await client.query(toPostgres(name, sql));
      await client.query(
        `INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, applied_steps_count)
         VALUES ($1, $2, now(), $3, 1)`,
        [randomUUID(), checksum, name],
      );
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

async function readLedger(client: ClientBase): Promise<AppliedMigration[]> {
  const { rows } = await client.query('SELECT * FROM "_prisma_migrations"');
  return rows.map(({ migration_name: name, checksum, finished_at: finishedAt, rolled_back_at: rolledBackAt }) => ({
    name,
    checksum,
    isFinished: finishedAt !== null,
    isRolledBack: rolledBackAt !== null,
  }));
}
