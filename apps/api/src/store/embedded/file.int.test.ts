import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { put } from "../conformance/steps.js";
import { openEmbeddedStore } from "./embedded-store.js";

describe("the embedded store's file", () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ratchet-file-"));
    path = join(folder, "deep", "store.db");
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function fill(count: number): Promise<void> {
    const store = await openEmbeddedStore({ path });
    for (let i = 0; i < count; i++) await put(store, `/key/${i}`, "value ".repeat(50));
    await store.close();
  }

  /** Opening fails with the code, names the file and leaves every byte of the folder. */
  async function expectRefused(code: string): Promise<void> {
    const before = await contents();
    await expect(openEmbeddedStore({ path })).rejects.toMatchObject({ code, message: expect.stringContaining(path) });
    expect(await contents()).toEqual(before);
  }

  async function contents(): Promise<Record<string, string>> {
    const names = await readdir(join(path, ".."));
    const files = names.map(async (name) => [name, (await readFile(join(path, "..", name))).toString("base64")]);
    return Object.fromEntries(await Promise.all(files));
  }

  it("is one file once closed, made with its folder, for its owner alone", async () => {
    await fill(3);
    expect(await readdir(join(path, ".."))).toEqual(["store.db"]);
    expect((await stat(join(path, ".."))).mode & 0o777).toBe(0o700);
  });

  it("is opened once within a process as well", async () => {
    const store = await openEmbeddedStore({ path });
    await expect(openEmbeddedStore({ path })).rejects.toMatchObject({
      code: "Locked",
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await put(store, "/a", "1");
    await expect(openEmbeddedStore({ path })).rejects.toMatchObject({ code: "Locked" });
    await store.close();
    await (await openEmbeddedStore({ path })).close();
  });

  it("is made once when many open it at the same time", async () => {
    const opened = await Promise.allSettled(Array.from({ length: 5 }, () => openEmbeddedStore({ path })));
    const stores = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(stores.length).toBe(1);
    await stores[0]?.close();
  });

  it("refuses a file that is no database", async () => {
    await fill(1);
    await writeFile(path, "Dear diary\n".repeat(500));
    await expectRefused("Foreign");
  });

  it("refuses another program's database", async () => {
    await fill(1);
    await rm(path);
    const db = new DatabaseSync(path);
    db.exec("CREATE TABLE note (text); INSERT INTO note VALUES ('mine')");
    db.close();
    await expectRefused("Foreign");
  });

  it("refuses the file of a newer Ratchet", async () => {
    await fill(1);
    const db = new DatabaseSync(path);
    db.exec("PRAGMA user_version = 99");
    db.close();
    await expectRefused("TooNew");
  });

  it("refuses an empty file, a cut one, and a log without its file", async () => {
    await fill(200);
    const whole = await readFile(path);
    await truncate(path, 0);
    await expectRefused("Corrupt");
    await writeFile(path, whole.subarray(0, 60));
    await expectRefused("Corrupt");
    await writeFile(path, whole.subarray(0, whole.length - 8192));
    await expectRefused("Corrupt");
    await rm(path);
    await writeFile(`${path}-wal`, "x");
    await expectRefused("Corrupt");
  });

  it("refuses a file with a flipped bit in a value, a lost row or garbage in the middle", async () => {
    await fill(200);
    const whole = await readFile(path);

    const flipped = Buffer.from(whole);
    flipped[flipped.lastIndexOf("value value") + 3]! ^= 1;
    await writeFile(path, flipped);
    await expectRefused("Corrupt");

    const garbage = Buffer.from(whole);
    garbage.fill(0xa5, whole.length >> 1, (whole.length >> 1) + 4096);
    await writeFile(path, garbage);
    await expectRefused("Corrupt");

    await writeFile(path, whole);
    const db = new DatabaseSync(path);
    db.exec("DELETE FROM change WHERE id = 100");
    db.close();
    await expectRefused("Corrupt");
  });

  it("stays bounded while keys are overwritten, and keeps the asked history", async () => {
    const store = await openEmbeddedStore({ path, historyRevisions: 200 });
    const write = async (rounds: number) => {
      for (let i = 0; i < rounds; i++) {
        await Promise.all(Array.from({ length: 50 }, (_, k) => put(store, `/key/${k}`, `${i} `.repeat(500))));
      }
    };
    await write(40);
    const settled = (await store.status()).sizeBytes;
    await write(160);
    const { sizeBytes, revision, compactRevision } = await store.status();
    expect(sizeBytes).toBeLessThan(settled * 1.5);
    expect(revision - compactRevision).toBeGreaterThanOrEqual(200);
    expect(revision - compactRevision).toBeLessThan(320);
    const before = await store.range("");
    await store.close();
    const reopened = await openEmbeddedStore({ path });
    expect(await reopened.range("")).toEqual(before);
    await reopened.close();
  });

  it("forgets early when transactions are big", async () => {
    const store = await openEmbeddedStore({ path, historySize: 1_000_000 });
    for (let i = 0; i < 100; i++) await put(store, "/big", `${i}`.repeat(25_000));
    const { revision, compactRevision } = await store.status();
    expect(revision - compactRevision).toBeLessThan(50);
    expect(revision - compactRevision).toBeGreaterThanOrEqual(16);
    await store.close();
  });

  it("takes everything back and goes on when the disk is full", async () => {
    const store = await openEmbeddedStore({ path });
    const revision = await put(store, "/kept", "1");
    await store.close();
    // SQLite's own limit on the file stands in for the disk's end: it fails the same statement with the same code.
    const limited = await openEmbeddedStore({ path, maxFilePages: 20 });
    const watch = await limited.watch("/");
    const big = limited.txn({ ops: [{ op: "put", key: "/big", value: "x".repeat(1_000_000) }] });
    await expect(big).rejects.toMatchObject({ code: "Full", message: expect.stringContaining("full") });
    expect(await limited.range("")).toMatchObject({ revision, entries: [{ key: "/kept" }] });
    expect(await put(limited, "/next", "1")).toBe(revision + 1);
    const first = await watch[Symbol.asyncIterator]().next();
    expect(first.value).toMatchObject({ revision: revision + 1, events: [{ key: "/next" }] });
    const before = await limited.range("");
    await limited.close();
    const reopened = await openEmbeddedStore({ path });
    expect(await reopened.range("")).toEqual(before);
    await reopened.close();
  });
});
