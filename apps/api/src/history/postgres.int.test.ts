import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { Postgres } from "@ratchet/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { change } from "./fixture/change.js";
import { openHistory } from "./open-history.js";

const shipped = fileURLToPath(new URL("../../../../prisma/migrations/", import.meta.url));

let server: Postgres;
let folder: string;
let url: string;
let name: string;
beforeAll(async () => {
  server = await Postgres.start();
  folder = await mkdtemp(join(tmpdir(), "ratchet-postgres-"));
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  url = await server.newDatabase();
  name = url.split("/").at(-1) ?? "";
});

async function open(migrations?: string): Promise<void> {
  const history = await openHistory({ kind: "postgresql", url }, migrations);
  await history.append([change(1)]);
  await history.close();
}
const ledger = () => server.sql(name, 'SELECT migration_name, checksum FROM "_prisma_migrations" ORDER BY 1');

async function withMore(migration: string, sql: string): Promise<string> {
  const migrations = await mkdtemp(join(folder, "migrations-"));
  await cp(shipped, migrations, { recursive: true });
  await mkdir(join(migrations, migration));
  await writeFile(join(migrations, migration, "migration.sql"), sql);
  return migrations;
}

describe("opening a PostgreSQL history", () => {
  it("has the types that Prisma reads", async () => {
    await open();
    const columns = await server.sql(
      name,
      "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'changes' ORDER BY 1",
    );
    const types = Object.fromEntries(columns.split("\n").map((line) => line.split("|")));
    expect(types).toMatchObject({ at: "timestamp without time zone", revision: "bigint", late: "boolean", id: "text" });
  });

  it("is done by one of several replicas that start together, and is the same for all", async () => {
    await Promise.all(Array.from({ length: 6 }, () => open()));
    const once = await ledger();
    await open();
    expect(await ledger()).toBe(once);
    const history = await openHistory({ kind: "postgresql", url });
    expect(await history.list({ limit: 9 })).toEqual([change(1)]);
    await history.close();
  });

  it("takes a failing migration back whole, and refuses a newer database", async () => {
    await open();
    const before = await ledger();
    const bad = await withMore("20990101000000_bad", "CREATE TABLE note (x TEXT); INSERT INTO nowhere VALUES (1);");
    await expect(open(bad)).rejects.toMatchObject({ code: "Unavailable", message: expect.stringContaining("nowhere") });
    expect(await ledger()).toBe(before);
    await open(await withMore("20990101000000_future", "CREATE TABLE note (at DATETIME);"));
    await expect(open()).rejects.toMatchObject({ code: "Refused", message: expect.stringContaining("newer Ratchet") });
  });

  it("refuses another program's database, and leaves it", async () => {
    await server.sql(name, "CREATE TABLE diary (x TEXT)");
    await expect(open()).rejects.toMatchObject({
      code: "Refused",
      message: expect.stringContaining("another program"),
    });
    expect(await server.sql(name, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).toBe("diary");
  });

  it("takes the password from a file", async () => {
    const passwordFile = join(folder, "password");
    await writeFile(passwordFile, `${server.password}\n`);
    const without = `postgresql://${server.user}@127.0.0.1:${server.port}/${name}`;
    const history = await openHistory({ kind: "postgresql", url: without, passwordFile });
    await history.append([change(1)]);
    await history.close();
  });

  it("says what is wrong and where, and never the password", async () => {
    const secret = "hunter2-secret";
    const wrong: [string, string][] = [
      [`postgresql://${server.user}:${secret}@127.0.0.1:${server.port}/${name}`, "password authentication failed"],
      [`postgresql://${server.user}:${secret}@127.0.0.1:1/${name}`, "ECONNREFUSED"],
      [`postgresql://${server.user}:${secret}@nowhere.invalid:${server.port}/${name}`, "nowhere.invalid"],
    ];
    for (const [bad, reason] of wrong) {
      const error = await openHistory({ kind: "postgresql", url: bad }).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "Unavailable", message: expect.stringContaining(reason) });
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secret);
    }
  });
});
