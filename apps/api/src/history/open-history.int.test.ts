import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { change } from "./fixture/change.js";
import { openHistory } from "./open-history.js";

const shipped = fileURLToPath(new URL("../../../../prisma/migrations/", import.meta.url));

describe("opening the history", () => {
  let folder: string;
  let path: string;
  let migrations: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ratchet-migrate-"));
    path = join(folder, "data", "history.db");
    migrations = join(folder, "migrations");
    await cp(shipped, migrations, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function add(name: string, sql: string): Promise<void> {
    await mkdir(join(migrations, name));
    await writeFile(join(migrations, name, "migration.sql"), sql);
  }

  async function open(): Promise<void> {
    const history = await openHistory({ kind: "sqlite", path }, migrations);
    await history.append([change(1)]);
    await history.close();
  }

  function ledger() {
    const db = new DatabaseSync(path);
    const rows = db.prepare("SELECT * FROM _prisma_migrations ORDER BY migration_name").all();
    db.close();
    return rows;
  }

  it("records each migration as prisma migrate deploy does", async () => {
    await open();
    const name = "20261121000000_history";
    const checksum = createHash("sha256")
      .update(await readFile(join(shipped, name, "migration.sql")))
      .digest("hex");
    expect(ledger()[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      checksum,
      finished_at: expect.any(Number),
      migration_name: name,
      logs: null,
      rolled_back_at: null,
      started_at: expect.any(Number),
      applied_steps_count: 1,
    });
    const before = ledger();
    await open();
    expect(ledger()).toEqual(before);
  });

  it("applies what is new, in order, and keeps what is there", async () => {
    await open();
    await add("20990102000000_second", "INSERT INTO note VALUES ('x');");
    await add("20990101000000_first", "CREATE TABLE note (text TEXT); -- no more");
    await open();
    expect(ledger().map((row) => row.migration_name)).toEqual([
      ...(await readdir(shipped)).filter((entry) => /^\d/.test(entry)).sort(),
      "20990101000000_first",
      "20990102000000_second",
    ]);
    const history = await openHistory({ kind: "sqlite", path }, migrations);
    expect(await history.list({ limit: 5 })).toEqual([change(1)]);
    await history.close();
  });

  it("takes a failing migration back whole and goes on once it is mended", async () => {
    await open();
    await add("20990101000000_bad", "CREATE TABLE note (text TEXT); INSERT INTO nowhere VALUES (1);");
    await expect(open()).rejects.toMatchObject({ code: "Unavailable", message: expect.stringContaining("nowhere") });
    const before = ledger().length;
    await writeFile(join(migrations, "20990101000000_bad", "migration.sql"), "CREATE TABLE note (text TEXT);");
    await open();
    expect(ledger().length).toBe(before + 1);
  });

  async function expectRefused(reason: string): Promise<void> {
    const before = await readFile(path);
    const message = expect.stringMatching(new RegExp(`${path}.*${reason}`));
    await expect(open()).rejects.toMatchObject({ code: "Refused", message });
    expect((await readFile(path)).equals(before)).toBe(true);
  }

  it("refuses a database whose migration had another content", async () => {
    await open();
    await writeFile(join(migrations, "20261121000000_history", "migration.sql"), "-- rewritten");
    await expectRefused("another content");
  });

  it("refuses a database that a newer Ratchet has migrated", async () => {
    await add("20990101000000_future", "CREATE TABLE future (x TEXT);");
    await open();
    await rm(join(migrations, "20990101000000_future"), { recursive: true });
    await expectRefused("newer Ratchet");
  });

  it("refuses a database with a migration that failed halfway", async () => {
    await open();
    const db = new DatabaseSync(path);
    db.exec("UPDATE _prisma_migrations SET finished_at = NULL");
    db.close();
    await expectRefused("failed halfway");
  });

  it("refuses another program's database", async () => {
    await mkdir(join(path, ".."));
    const db = new DatabaseSync(path);
    db.exec("CREATE TABLE diary (text TEXT)");
    db.close();
    await expectRefused("another program");
  });

  it("names a file that is no database and leaves it", async () => {
    await mkdir(join(path, ".."));
    await writeFile(path, "Dear diary\n".repeat(500));
    await expect(open()).rejects.toMatchObject({ code: "Unavailable", message: expect.stringContaining(path) });
    expect(await readFile(path, "utf8")).toBe("Dear diary\n".repeat(500));
  });
});
