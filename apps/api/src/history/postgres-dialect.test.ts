import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readMigrations } from "./migration.js";
import { toPostgres } from "./postgres-dialect.js";

test("every migration that is shipped can be had for PostgreSQL", async () => {
  const migrations = await readMigrations(fileURLToPath(new URL("../../../../prisma/migrations/", import.meta.url)));
  expect(migrations.length).toBeGreaterThan(1);
  for (const { name, sql } of migrations) expect(toPostgres(name, sql)).not.toMatch(/\b(DATETIME|REAL|BLOB|PRAGMA)\b/);
});

test("what rebuilds a table in SQLite's own way is refused with what to write instead", () => {
  expect(() => toPostgres("1_x", 'PRAGMA foreign_keys=OFF; CREATE TABLE "new_x" ("a" TEXT);')).toThrow(/ADD COLUMN/);
});
