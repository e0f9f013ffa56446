import { randomUUID } from "node:crypto";
import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { corruptError } from "./file-error.js";
import { applicationId, layoutVersion } from "./file-header.js";

// One row per change, appended. The current entries are the newest rows of each key, so a put writes one row and
// nothing else; compaction deletes the rows that neither the present nor the kept history needs.
const layout = `
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${layoutVersion};
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE change (
    id INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT,                      -- NULL: deleted
    createRevision INTEGER NOT NULL, -- 0 when deleted
    version INTEGER NOT NULL,        -- 0 when deleted
    lease TEXT,
    checksum INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE lease (id TEXT PRIMARY KEY, ttlSeconds REAL NOT NULL) STRICT, WITHOUT ROWID;
`;

/** Makes an empty store unless the file exists. The file appears complete or not at all. */
export function createFile(path: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (existsSync(path)) return;
  if (existsSync(`${path}-wal`)) throw corruptError(path, "the file is gone but its log is there");

  const draft = `${path}.${randomUUID()}.new`;
  try {
    const db = new DatabaseSync(draft);
    try {
      // A file of its own that nobody knows yet: a crash leaves only a draft, so only the end has to be synced.
      db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
      db.exec(layout);
      const put = db.prepare("INSERT INTO meta VALUES (?, ?)");
      put.run("storeId", randomUUID());
      put.run("compactRevision", "0");
      // The mode stays with the file, so that opening it changes nothing.
      db.exec("COMMIT; PRAGMA journal_mode = WAL");
    } finally {
      db.close();
    }
    sync(draft);
    // link() refuses to replace: of two processes that start at once one makes the store and both see it.
    linkSync(draft, path);
    sync(folder);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes what a process killed within createFile() left. Only under the lock of the file itself. */
export function removeDrafts(path: string): void {
  const name = basename(path);
  for (const sibling of readdirSync(dirname(path))) {
    if (sibling.startsWith(`${name}.`) && sibling.endsWith(".new"))
      rmSync(join(dirname(path), sibling), { force: true });
  }
}

function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
