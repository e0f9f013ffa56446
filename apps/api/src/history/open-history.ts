import { fileURLToPath } from "node:url";
import { fullUrl, type HistoryDatabase, shownDatabase } from "./database.js";
import type { HistoryRepository } from "./history.repository.js";
import { HistoryError } from "./history-error.js";
import { type Migration, readMigrations } from "./migration.js";

const ownMigrations = fileURLToPath(new URL("../../../../prisma/migrations/", import.meta.url));

/**
 * Opens the history and brings its tables up to date.
 *
 * Prisma is loaded here and not with this module: with the first query that takes 0.2 s and 50 MiB, which the start of
 * the API need not wait for.
 *
 * @param migrations folder of the migrations; by default those of this program
 * @throws HistoryError Refused (another program's database, a newer one, changed migrations) | Unavailable
 */
export async function openHistory(
  database: HistoryDatabase,
  migrations: string = ownMigrations,
): Promise<HistoryRepository> {
  const shown = shownDatabase(database);
  try {
    const [known, { HistoryRepository }] = await Promise.all([
      readMigrations(migrations),
      import("./history.repository.js"),
    ]);
    return new HistoryRepository(await open(database, shown, known));
  } catch (error) {
    if (error instanceof HistoryError) throw error;
    const message = `the history database ${shown} cannot be opened: ${(error as Error).message}`;
    throw new HistoryError("Unavailable", message, { cause: error });
  }
}

async function open(database: HistoryDatabase, shown: string, known: Migration[]) {
  if (database.kind === "sqlite") {
    const { openSqlite } = await import("./open-sqlite.js");
    return openSqlite(database.path, known);
  }
  const { openPostgres } = await import("./open-postgres.js");
  return openPostgres(await fullUrl(database), shown, known);
}
