import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { keys } from "@ratchet/contracts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openEmbeddedStore } from "../store/embedded/embedded-store.js";
import type { Store } from "../store/store.js";
import { ChangeLog } from "./change-log.js";
import type { ChangeRecord } from "./change-record.js";
import type { HistoryDatabase } from "./database.js";
import { change } from "./fixture/change.js";
import { DATABASES, type Databases } from "./fixture/databases.js";
import { LazyHistory } from "./lazy-history.js";
import { openHistory } from "./open-history.js";
import { Outbox, type OutboxOptions } from "./outbox.js";
import { recordChange } from "./outbox-entry.js";

describe.each(DATABASES)("Outbox to %s", (name, openDatabases) => {
  let folder: string;
  let databases: Databases;
  let database: HistoryDatabase;
  let store: Store;
  let history: LazyHistory;
  let outbox: Outbox | undefined;

  beforeAll(async () => {
    databases = await openDatabases();
  });
  afterAll(() => databases?.close());
  beforeEach(async () => {
    database = await databases.fresh();
    folder = await mkdtemp(join(tmpdir(), "ratchet-outbox-"));
    store = await openEmbeddedStore({ path: join(folder, "store.db") });
    history = new LazyHistory(() => openHistory(database));
  });
  afterEach(async () => {
    await outbox?.close();
    outbox = undefined;
    await history.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  function start(options: Partial<OutboxOptions> = {}): Outbox {
    const retryMs = { first: 5, longest: 20 };
    outbox = new Outbox({ store, history: history.repository, gatherMs: 1, retryMs, ...options });
    outbox.start();
    return outbox;
  }

  /** Records changes with an intent each, in one transaction; returns them with their revision. */
  async function record(from: number, to: number): Promise<ChangeRecord[]> {
    const at = new Date().toISOString();
    const changes = Array.from({ length: to - from }, (_, i) => change(from + i, { at }));
    const ops = changes.flatMap(({ revision: _, ...made }) => [
      recordChange(made),
      { op: "put" as const, key: keys.link("default", made.name), value: "{}" },
    ]);
    const { revision } = await store.txn({ ops });
    return changes.map((made) => ({ ...made, revision }));
  }

  /** Resolves when nothing waits any more. */
  async function drained(): Promise<void> {
    const { entries, revision } = await store.range(keys.outbox());
    const left = new Set(entries.map((entry) => entry.key));
    if (left.size === 0) return;
    for await (const { events } of await store.watch(keys.outbox(), { fromRevision: revision + 1 })) {
      for (const event of events) event.type === "put" ? left.add(event.key) : left.delete(event.key);
      if (left.size === 0) return;
    }
  }

  it("drains what is waiting and what comes, with the revision of its transaction", async () => {
    const early = await record(0, 700);
    start();
    const late = [...(await record(700, 701)), ...(await record(701, 703))];
    await drained();
    const repository = await history.repository();
    expect(await repository.list({ limit: 1000 })).toEqual([...early, ...late].reverse());
    expect((await store.range(keys.outbox())).entries).toEqual([]);
    expect((await store.range(keys.links())).entries.length).toBe(703);
  });

  it("lists changes wherever they are, each once, newest first", async () => {
    const log = new ChangeLog(store, history.repository);
    const drainedOnes = await record(0, 20);
    start();
    await drained();
    await outbox?.close();
    const waiting = await record(20, 30);
    // As after a crash between appending and deleting: in both places.
    await (await history.repository()).append(waiting.slice(0, 5));
    const newest = [...drainedOnes, ...waiting].reverse();
    expect(await log.list({ limit: 100 })).toEqual(newest);
    expect(await log.list({ limit: 7, before: newest[6]!.id })).toEqual(newest.slice(7, 14));
    expect(await log.list({ limit: 7, name: "link-25" })).toEqual(newest.filter((made) => made.name === "link-25"));
    expect(await log.get(newest[0]!.id)).toEqual(newest[0]);
    expect(await log.get(newest[25]!.id)).toEqual(newest[25]);
    expect(await log.get("none")).toBeUndefined();
  });

  it("misses no change in a list while it is being drained", async () => {
    const log = new ChangeLog(store, history.repository);
    start();
    for (let n = 0; n < 60; n += 2) {
      await record(n, n + 2);
      expect((await log.list({ limit: 1000 })).length).toBe(n + 2);
    }
  });

  if (name === "SQLite")
    it("keeps changes while the database is locked, says so, and drains them once it is free", async () => {
      await history.repository();
      const locker = await startChild("locker.mjs", [database.kind === "sqlite" ? database.path : ""]);
      const told: (string | undefined)[] = [];
      const twoFailures = Promise.withResolvers<void>();
      try {
        start({
          onHealth: (error) => {
            if (told.push(error?.message) === 2) twoFailures.resolve();
          },
        });
        const changes = await record(0, 3);
        await twoFailures.promise;
        expect(outbox?.health()).toMatchObject({
          isHealthy: false,
          message: expect.stringContaining("history append"),
        });
        expect(await outbox?.waiting()).toBe(3);
        expect((await store.txn({ ops: [{ op: "put", key: "/wire", value: "1" }] })).committed).toBe(true);

        await kill(locker);
        await drained();
        await outbox?.close();
        expect(await (await history.repository()).list({ limit: 9 })).toEqual(changes.toReversed());
        expect(outbox?.health()).toEqual({ isHealthy: true });
        expect(told.at(-1)).toBeUndefined();
      } finally {
        await kill(locker);
      }
    });

  it("keeps what is no change record beside, says so, and drains what is behind it", async () => {
    const aside: string[] = [];
    const unreadable = ["{", '{"id": 1}', JSON.stringify({ ...change(0), actor: undefined })];
    const [before] = [await record(0, 3)];
    await store.txn({
      ops: unreadable.map((value, n) => ({ op: "put", key: keys.change(`change-00000${n}x`), value })),
    });
    const after = await record(3, 5);
    const log = new ChangeLog(store, history.repository);
    expect(await log.list({ limit: 9 })).toEqual([...before, ...after].toReversed());
    start({ onAside: (key) => void aside.push(key) });
    await drained();
    await outbox?.close();
    expect(await (await history.repository()).list({ limit: 9 })).toEqual([...before, ...after].toReversed());
    expect(aside).toHaveLength(3);
    const { entries } = await store.range(keys.setAside());
    expect(entries.map(({ value }) => value)).toEqual(unreadable);
  });

  it("keeps a record beside that the database never takes", async () => {
    const aside: string[] = [];
    const { revision: _, ...far } = change(1, { at: new Date().toISOString() });
    // Beyond what a 64-bit revision holds is nothing; a time that no column holds is.
    const impossible = { ...far, id: "change-impossible", at: "9999999-01-01T00:00:00.000Z" };
    await store.txn({ ops: [{ op: "put", key: keys.change(impossible.id), value: JSON.stringify(impossible) }] });
    await record(2, 4);
    start({ onAside: (key) => void aside.push(key) });
    await drained();
    expect(aside).toEqual([keys.change(impossible.id)]);
    expect((await (await history.repository()).list({ limit: 9 })).length).toBe(2);
  });

  it("marks what comes late", async () => {
    const { revision: _, ...made } = change(1);
    await store.txn({ ops: [recordChange(made)] });
    await record(2, 3);
    start();
    await drained();
    const all = await (await history.repository()).list({ limit: 9 });
    expect(all.map(({ id, late }) => [id, late])).toEqual([
      ["change-000002", undefined],
      ["change-000001", true],
    ]);
  });

  it("drains once a database that could not be opened can be", async () => {
    let attempts = 0;
    const late = new LazyHistory(async () => {
      if (++attempts < 3) throw new Error("no such disk");
      return openHistory(database);
    });
    await record(0, 2);
    start({ history: late.repository });
    await drained();
    expect(attempts).toBe(3);
    expect((await (await late.repository()).list({ limit: 9 })).length).toBe(2);
    await outbox?.close();
    await late.close();
  });

  it("loses and doubles nothing when its process is killed at any moment, 8 times", async () => {
    await store.close();
    const paths = [join(folder, "store.db"), JSON.stringify(database)];
    const lives = 8;
    for (let life = 0; life < lives; life++) {
      const changer = await startChild("changer.mjs", paths);
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 120));
      await kill(changer);
    }

    store = await openEmbeddedStore({ path: paths[0]! });
    const count = Number((await store.get("/count"))?.value);
    expect(count).toBeGreaterThanOrEqual(lives);
    const log = new ChangeLog(store, history.repository);
    const counted = Array.from({ length: count }, (_, i) => ({ n: count - i }));
    expect((await log.list({ limit: 1e6 })).map((made) => made.after)).toEqual(counted);
    start();
    await drained();
    expect((await (await history.repository()).list({ limit: 1e6 })).map((made) => made.after)).toEqual(counted);
  }, 120_000);
});

/** Starts a program of fixture/; resolves when it has said its first word. */
async function startChild(script: string, args: string[]): Promise<ChildProcess> {
  const hooks = fileURLToPath(new URL("../store/embedded/fixture/typescript.mjs", import.meta.url));
  const path = fileURLToPath(new URL(`./fixture/${script}`, import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@ratchet/source", "--import", hooks, path, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  expect(child.exitCode).toBeNull();
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
