import { statSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import type { Entry } from "../store.js";
import { StoreError } from "../store-error.js";
import { createFile, removeDrafts } from "./create-file.js";
import { corruptError, isBusy, isDamage, lockedError } from "./file-error.js";
import { checkHeader } from "./file-header.js";
import { lockHolder } from "./lock-holder.js";
import type { Change } from "./record.js";
import { State } from "./state.js";

/** What one commit writes. */
export interface FileWrite {
  changes: Change[];
  grants: { id: string; ttlSeconds: number }[];
  revokes: string[];
  compact?: { revision: number; obsolete: number[] };
}

interface ChangeRow {
  id: number;
  revision: number;
  key: string;
  value: string | null;
  createRevision: number;
  version: number;
  lease: string | null;
  checksum: number;
}

// Looking into a file that this process has open would drop its lock (see lockHolder), and not every file system shows
// its files in /proc/locks under the number that stat() tells.
const openHere = new Set<string>();

/**
 * The database file: one process at a time, each write() synced before it returns.
 *
 * SQLite in WAL mode with synchronous=FULL syncs the log once per commit (https://sqlite.org/pragma.html#pragma_synchronous);
 * locking_mode=EXCLUSIVE keeps an fcntl lock that ends with the process and needs no shared-memory file.
 */
export class StoreFile {
  readonly #path: string;
  readonly #identity: string;
  readonly #db: DatabaseSync;
  readonly #statements: Record<
    "begin" | "commit" | "change" | "forget" | "grant" | "revoke" | "compact",
    StatementSync
  >;

  private constructor(path: string, identity: string, db: DatabaseSync) {
    this.#path = path;
    this.#identity = identity;
    this.#db = db;
    this.#statements = {
      begin: db.prepare("BEGIN"),
      commit: db.prepare("COMMIT"),
      change: db.prepare("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      forget: db.prepare("DELETE FROM change WHERE id = ?"),
      grant: db.prepare("INSERT INTO lease VALUES (?, ?)"),
      revoke: db.prepare("DELETE FROM lease WHERE id = ?"),
      compact: db.prepare("UPDATE meta SET value = ? WHERE name = 'compactRevision'"),
    };
  }

  /** @throws StoreError Locked | Foreign | TooNew | Corrupt | Unavailable, each with nothing changed */
  static open(path: string, maxPages?: number): StoreFile {
    let db: DatabaseSync | undefined;
    let identity: string;
    try {
      createFile(path);
      const stats = statSync(path);
      identity = `${stats.dev}:${stats.ino}`;
      const holder = openHere.has(identity) ? process.pid : lockHolder(stats);
      if (holder !== undefined) throw lockedError(path, holder);
      checkHeader(path);
      db = new DatabaseSync(path);
      db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL");
      db.exec("PRAGMA journal_size_limit = 16777216; BEGIN EXCLUSIVE; COMMIT");
      if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${Math.trunc(maxPages)}`);
      const file = new StoreFile(path, identity, db);
      removeDrafts(path);
      openHere.add(identity);
      return file;
    } catch (error) {
      db?.close();
      if (error instanceof StoreError) throw error;
      if (isBusy(error)) throw lockedError(path, lockHolder(statSync(path)));
      if (isDamage(error)) throw corruptError(path, (error as Error).message, error);
      throw new StoreError("Unavailable", `cannot open ${path}: ${(error as Error).message}`, { cause: error });
    }
  }

  get sizeBytes(): number {
    const wal = statSync(`${this.#path}-wal`, { throwIfNoEntry: false });
    return statSync(this.#path).size + (wal?.size ?? 0);
  }

  /** @throws StoreError Corrupt */
  load(): { storeId: string; state: State; leases: { id: string; ttlSeconds: number }[] } {
    try {
      const meta = new Map(
        this.#db
          .prepare("SELECT name, value FROM meta")
          .all()
          .map((row) => [row.name, row.value]),
      );
      const storeId = meta.get("storeId");
      const compactRevision = Number(meta.get("compactRevision") ?? Number.NaN);
      if (typeof storeId !== "string" || !Number.isSafeInteger(compactRevision))
        throw this.#corrupt("no store id or revision");
      const state = new State(compactRevision);
      for (const row of this.#db.prepare("SELECT * FROM change ORDER BY id").iterate())
        this.#restore(state, row as never);
      const leases = this.#db.prepare("SELECT id, ttlSeconds FROM lease").all() as { id: string; ttlSeconds: number }[];
      return { storeId, state, leases };
    } catch (error) {
      if (isDamage(error)) throw this.#corrupt((error as Error).message, error);
      throw error;
    }
  }

  /** Returns when everything is on the disk; throws SQLite's error with nothing written. */
  write({ changes, grants, revokes, compact }: FileWrite): void {
    const run = this.#statements;
    run.begin.run();
    try {
      for (const change of changes) run.change.run(...valuesOf(change));
      for (const { id, ttlSeconds } of grants) run.grant.run(id, ttlSeconds);
      for (const id of revokes) run.revoke.run(id);
      if (compact !== undefined) {
        for (const id of compact.obsolete) run.forget.run(id);
        run.compact.run(String(compact.revision));
      }
      run.commit.run();
    } catch (error) {
      // SQLite rolls back by itself after some errors (a full disk, for one).
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#db.close();
    openHere.delete(this.#identity);
  }

  #restore(state: State, row: ChangeRow): void {
    const { id, revision, key, value, createRevision, version, lease } = row;
    const entry: Entry | undefined =
      value === null
        ? undefined
        : { key, value, createRevision, modRevision: revision, version, ...(lease !== null && { lease }) };
    const change = { id, key, revision, entry };
    if (checksumOf(change) !== row.checksum) throw this.#corrupt(`row ${id} does not match its checksum`);
    const isNext = revision === state.revision || revision === state.revision + 1;
    if (revision > state.compactRevision && !isNext) throw this.#corrupt(`revision ${state.revision + 1} is missing`);
    state.restore(change);
  }

  #corrupt(found: string, cause?: unknown): StoreError {
    return corruptError(this.#path, found, cause);
  }
}

function valuesOf(change: Change) {
  const { id, revision, key, entry } = change;
  const checksum = checksumOf(change);
  if (entry === undefined) return [id, revision, key, null, 0, 0, null, checksum] as const;
  return [id, revision, key, entry.value, entry.createRevision, entry.version, entry.lease ?? null, checksum] as const;
}

/** SQLite notices a damaged structure, not a damaged value. */
function checksumOf({ id, revision, key, entry }: Omit<Change, "previous">): number {
  const numbers = `${id} ${revision} ${entry?.createRevision ?? 0} ${entry?.version ?? 0} ${entry?.lease ?? ""}`;
  return crc32(entry?.value ?? "", crc32(key, crc32(numbers)));
}
