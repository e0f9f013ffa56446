import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaClient } from "#prisma";
import { migrate } from "./migrate-sqlite.js";
import type { Migration } from "./migration.js";

/** Opens the file, made with its folder when absent, and brings its tables up to date. */
export async function openSqlite(path: string, known: Migration[]): Promise<PrismaClient> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const factory = new PrismaLibSql({ url: pathToFileURL(path).href });
  const adapter = await factory.connect();
  try {
    await migrate(path, adapter, known);
    // One sync per commit instead of three. The default synchronous=FULL then still makes each commit durable.
    await adapter.executeScript("PRAGMA journal_mode = WAL");
  } finally {
    await adapter.dispose();
  }
  return new PrismaClient({ adapter: factory });
}
