import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { HistoryRepository } from "./history.repository.js";
import { HistoryError } from "./history-error.js";
import { readMigrations } from "./migration.js";

export interface HistoryOptions {
  /** The SQLite file; made with its folder when absent. */
  path: string;
  /** Folder of the migrations; by default those of this program. */
  migrations?: string;
}

const ownMigrations = fileURLToPath(new URL("../../../../prisma/migrations/", import.meta.url));

/**
 * Opens the history and brings its tables up to date.
 *
 * Prisma is loaded here and not with this module: with the first query that takes 0.2 s and 50 MiB, which the start of
 * the API need not wait for.
 *
 * @throws HistoryError Refused (another program's file, a newer database, changed migrations) | Unavailable
 */
export async function openHistory({ path, migrations = ownMigrations }: HistoryOptions): Promise<HistoryRepository> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const [known, { PrismaClient }, { PrismaLibSql }, { migrate }, { HistoryRepository }] = await Promise.all([
      readMigrations(migrations),
      import("#prisma"),
      import("@prisma/adapter-libsql"),
      import("./migrate.js"),
      import("./history.repository.js"),
    ]);
    const factory = new PrismaLibSql({ url: pathToFileURL(path).href });
    const adapter = await factory.connect();
    try {
      await migrate(path, adapter, known);
      // One sync per commit instead of three. The default synchronous=FULL then still makes each commit durable.
      await adapter.executeScript("PRAGMA journal_mode = WAL");
    } finally {
      await adapter.dispose();
    }
    return new HistoryRepository(new PrismaClient({ adapter: factory }));
  } catch (error) {
    if (error instanceof HistoryError) throw error;
    const message = `the history database ${path} cannot be opened: ${(error as Error).message}`;
    throw new HistoryError("Unavailable", message, { cause: error });
  }
}
