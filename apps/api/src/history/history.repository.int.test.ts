import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { HistoryDatabase } from "./database.js";
import { change } from "./fixture/change.js";
import { DATABASES, type Databases } from "./fixture/databases.js";
import type { HistoryRepository } from "./history.repository.js";
import { openHistory } from "./open-history.js";

describe.each(DATABASES)("HistoryRepository on %s", (_, openDatabases) => {
  let databases: Databases;
  let database: HistoryDatabase;
  let history: HistoryRepository;

  beforeAll(async () => {
    databases = await openDatabases();
  });
  afterAll(() => databases?.close());
  beforeEach(async () => {
    database = await databases.fresh();
    history = await openHistory(database);
  });
  afterEach(() => history.close());

  it("gives back a change as it was appended, over a restart", async () => {
    const full = change(7, {
      verb: "revert",
      namespace: null,
      uid: "8d4c",
      revision: 2 ** 40,
      before: { text: "ü😀'\"\u0000" },
      after: null,
      revertOf: "change-000003",
      batch: "b",
      late: true,
    });
    const plain = change(8);
    await history.append([full, plain]);
    await history.close();
    history = await openHistory(database);
    expect(await history.get(full.id)).toEqual(full);
    expect(await history.get(plain.id)).toEqual(plain);
    expect(await history.get("change-none")).toBeUndefined();
  });

  it("appends a change once, however often it is asked to", async () => {
    await history.append([change(1), change(2)]);
    await history.append([change(2, { actor: "mallory" }), change(3)]);
    await history.append([]);
    const all = await history.list({ limit: 10 });
    expect(all).toEqual([change(3), change(2), change(1)]);
  });

  it("lists newest first, filtered, in pages", async () => {
    const changes = Array.from({ length: 250 }, (_, i) =>
      change(i, { kind: i % 2 === 0 ? "Link" : "Pod", namespace: i % 5 === 0 ? "lab" : "default", name: `n${i % 10}` }),
    );
    await history.append(changes.toReversed());
    const newest = changes.toReversed();
    expect(await history.list({ limit: 1000 })).toEqual(newest);
    expect(await history.list({ limit: 5, kind: "Pod" })).toEqual(newest.filter((c) => c.kind === "Pod").slice(0, 5));
    expect(await history.list({ limit: 99, namespace: "lab", kind: "Link", name: "n0" })).toEqual(
      newest.filter((c) => c.namespace === "lab" && c.name === "n0"),
    );
    const pages = [];
    for (let before: string | undefined; ; ) {
      const page = await history.list({ limit: 60, ...(before !== undefined && { before }) });
      pages.push(...page);
      if (page.length < 60) break;
      before = page.at(-1)!.id;
    }
    expect(pages).toEqual(newest);
  });

  it("prunes what is older than a date", async () => {
    await history.append([change(1), change(2), change(3)]);
    expect(await history.prune(new Date(change(3).at))).toBe(2);
    expect(await history.list({ limit: 10 })).toEqual([change(3)]);
  });

  it("prunes many, and nothing else", async () => {
    const changes = Array.from({ length: 1700 }, (_, i) => change(i));
    await history.append(changes);
    expect(await history.prune(new Date(changes[1600]?.at ?? ""))).toBe(1600);
    expect(await history.list({ limit: 2000 })).toEqual(changes.slice(1600).toReversed());
    expect(await history.prune(new Date(0))).toBe(0);
  });

  it("adds layouts all or none, lists and deletes them", async () => {
    const layout = (namespace: string) => ({
      ...{ namespace, name: "default", positions: { "pod/a": { x: 1, y: 2 } } },
      ...{ updatedBy: "alice", updatedAt: "2026-01-01T00:00:00.000Z" },
    });
    await history.putLayouts([layout("b"), layout("a")]);
    expect(await history.listLayouts()).toEqual([layout("a"), layout("b")]);
    await expect(history.putLayouts([layout("c"), layout("a")])).rejects.toThrow();
    expect(await history.listLayouts()).toEqual([layout("a"), layout("b")]);
    await history.deleteLayouts([layout("a")]);
    await history.deleteLayouts([]);
    expect(await history.listLayouts()).toEqual([layout("b")]);
    await history.putLayouts([]);
  });

  it("says of a record that it is the record's fault", async () => {
    const bad = { ...change(1), actor: null as unknown as string };
    await expect(history.append([bad])).rejects.toMatchObject({ code: "Rejected" });
    await history.append([change(2)]);
    expect(await history.list({ limit: 9 })).toEqual([change(2)]);
  });

  it("saves and replaces layouts by namespace and name", async () => {
    const layout = {
      namespace: "default",
      name: "main",
      positions: { "pod/a": { x: 1.5, y: -2 } },
      updatedBy: "alice",
      updatedAt: "2026-01-01T00:00:00.000Z",
    };
    expect(await history.getLayout("default", "main")).toBeUndefined();
    await history.putLayout(layout);
    await history.putLayout({ ...layout, namespace: "other" });
    const moved = { ...layout, positions: {}, updatedBy: "bob", updatedAt: "2026-01-02T00:00:00.000Z" };
    await history.putLayout(moved);
    expect(await history.getLayout("default", "main")).toEqual(moved);
    expect(await history.getLayout("other", "main")).toEqual({ ...layout, namespace: "other" });
  });
});
