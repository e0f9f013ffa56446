import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * What the embedded store holds now, read from a copy of its file without the product's own code.
 *
 * Throws when the copy was taken in the middle of a write: ask again.
 */
export function readStoreFile(path: string): Map<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), "ratchet-chaos-store-"));
  try {
    for (const suffix of ["", "-wal"])
      if (existsSync(path + suffix)) copyFileSync(path + suffix, join(folder, `store.db${suffix}`));
    const database = new DatabaseSync(join(folder, "store.db"));
    try {
      const newest =
        "SELECT key, value FROM change WHERE id IN (SELECT max(id) FROM change GROUP BY key) AND value IS NOT NULL";
      const rows = database.prepare(newest).all() as { key: string; value: string }[];
      return new Map(rows.map(({ key, value }) => [key, JSON.parse(value)]));
    } finally {
      database.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
