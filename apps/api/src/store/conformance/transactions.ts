import { describe, expect, it } from "vitest";
import type { Subject } from "../conformance.js";
import type { Op, Store } from "../store.js";
import { keysOf, put } from "./steps.js";

/** Comparing, all-or-nothing, order. */
export function describeTransactions(subject: Subject): void {
  describe("transactions", () => {
    it("runs every operation at one revision", async () => {
      const { store } = subject;
      await put(store, "/old/1", "");
      await put(store, "/old/2", "");
      await put(store, "/gone", "");
      const result = await store.txn({
        compare: [
          { key: "/gone", exists: true },
          { key: "/new", exists: false },
          { key: "/new", modRevision: 0 },
        ],
        ops: [
          { op: "put", key: "/new", value: "n" },
          { op: "delete", key: "/gone" },
          { op: "deletePrefix", prefix: "/old/" },
          { op: "delete", key: "/never" },
        ],
      });
      expect(result.committed).toBe(true);
      expect(await store.range("")).toMatchObject({
        revision: result.revision,
        entries: [{ key: "/new", modRevision: result.revision }],
      });
    });

    it("changes nothing when a comparison fails, and says what is there", async () => {
      const { store } = subject;
      const revision = await put(store, "/a", "1");
      const stale = { key: "/a", modRevision: revision - 1 };
      const absent = { key: "/b", exists: true };
      const result = await store.txn({
        compare: [{ key: "/a", exists: true }, stale, absent],
        ops: [
          { op: "put", key: "/a", value: "2" },
          { op: "put", key: "/c", value: "2" },
        ],
      });
      expect(result).toEqual({
        committed: false,
        revision,
        failed: [
          {
            compare: stale,
            actual: { key: "/a", value: "1", createRevision: revision, modRevision: revision, version: 1 },
          },
          { compare: absent, actual: undefined },
        ],
      });
      expect(await keysOf(store, "")).toEqual(["/a"]);
    });

    it("leaves the revision when nothing changes", async () => {
      const { store } = subject;
      const revision = await put(store, "/a", "1");
      expect(await store.txn({ ops: [] })).toEqual({ committed: true, revision });
      const deletes: Op[] = [
        { op: "delete", key: "/x" },
        { op: "deletePrefix", prefix: "/y/" },
      ];
      expect(await store.txn({ ops: deletes })).toEqual({ committed: true, revision });
      expect(await put(store, "/a", "1")).toBe(revision + 1);
    });

    it("refuses to touch a key twice, with nothing changed", async () => {
      const { store } = subject;
      const { revision } = await store.range("");
      const one: Op = { op: "put", key: "/a/b", value: "1" };
      const wrong: Op[][] = [
        [one, one],
        [one, { op: "delete", key: "/a/b" }],
        [{ op: "deletePrefix", prefix: "/a/" }, one],
        [one, { op: "deletePrefix", prefix: "" }],
      ];
      for (const ops of wrong) await expect(store.txn({ ops })).rejects.toMatchObject({ code: "InvalidArgument" });
      expect(await store.range("")).toEqual({ revision, entries: [], more: false });
      await put(store, "/a/b", "1");
      await store.txn({
        ops: [
          { op: "delete", key: "/a/b" },
          { op: "deletePrefix", prefix: "/a" },
        ],
      });
      expect(await keysOf(store, "")).toEqual([]);
    });

    it("takes 5,000 operations as one", async () => {
      const { store } = subject;
      const names = Array.from({ length: 5_000 }, (_, i) => `/many/${i}`);
      const value = "v".repeat(500);
      const taken = await store.txn({ ops: names.map((key) => ({ op: "put", key, value })) });
      expect(taken.committed).toBe(true);
      const all = (await (await subject.reopen()).range("/many/")).entries;
      expect(all.length).toBe(5_000);
      expect(all.every((entry) => entry.modRevision === taken.revision && entry.value === value)).toBe(true);

      const refused = await subject.store.txn({
        compare: [...names.map((key) => ({ key, exists: true })), { key: "/no", exists: true }],
        ops: names.map((key) => ({ op: "delete", key })),
      });
      expect(refused).toMatchObject({ committed: false, failed: [{ compare: { key: "/no" } }] });
      expect((await subject.store.range("/many/")).entries.length).toBe(5_000);

      await subject.store.txn({ ops: [{ op: "deletePrefix", prefix: "/many/" }] });
      expect((await subject.store.range("/many/")).entries).toEqual([]);
    });

    it("loses no increment of many writers that compare and swap", async () => {
      const { store } = subject;
      await put(store, "/counter", "0");
      const writers = 20;
      const rounds = 25;
      let refusals = 0;
      const increment = async (): Promise<void> => {
        for (;;) {
          const entry = (await store.get("/counter"))!;
          const { committed } = await store.txn({
            compare: [{ key: "/counter", modRevision: entry.modRevision }],
            ops: [{ op: "put", key: "/counter", value: String(Number(entry.value) + 1) }],
          });
          if (committed) return;
          refusals++;
        }
      };
      const writer = async () => {
        for (let i = 0; i < rounds; i++) await increment();
      };
      await Promise.all(Array.from({ length: writers }, writer));
      expect(await store.get("/counter")).toMatchObject({
        value: String(writers * rounds),
        version: writers * rounds + 1,
      });
      expect(refusals).toBeGreaterThan(0);
    });

    it("lets one of many claimants win", async () => {
      const { store } = subject;
      const claims = await Promise.all(
        Array.from({ length: 50 }, (_, i) => claim(store, "/vni/4711", `claimant ${i}`)),
      );
      const winners = claims.flatMap((isWon, i) => (isWon ? [i] : []));
      expect(winners.length).toBe(1);
      expect((await store.get("/vni/4711"))?.value).toBe(`claimant ${winners[0]}`);
    });

    it("never shows half of a transaction to a concurrent reader", async () => {
      const { store } = subject;
      const names = Array.from({ length: 100 }, (_, i) => `/pair/${i}`);
      const write = async () => {
        for (let i = 0; i < 30; i++)
          await store.txn({ ops: names.map((key) => ({ op: "put", key, value: String(i) })) });
      };
      let isWriting = true;
      const writing = write().finally(() => (isWriting = false));
      while (isWriting) {
        const { entries } = await store.range("/pair/");
        expect(new Set(entries.map((entry) => entry.value)).size).toBeLessThanOrEqual(1);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await writing;
    });

    it("shows an answered transaction to every later call", async () => {
      const { store } = subject;
      await Promise.all(
        Array.from({ length: 100 }, async (_, i) => {
          const revision = await put(store, `/own/${i}`, "x");
          expect((await store.get(`/own/${i}`))?.modRevision).toBe(revision);
          expect((await store.range(`/own/${i}`)).revision).toBeGreaterThanOrEqual(revision);
        }),
      );
    });

    it("answers what was asked before close and refuses what comes after", async () => {
      const { store } = subject;
      const asked = Array.from({ length: 20 }, (_, i) => put(store, `/last/${i}`, "x"));
      await store.close();
      await store.close();
      await Promise.all(asked);
      await expect(put(store, "/late", "x")).rejects.toMatchObject({ code: "Closed" });
      await expect(store.get("/late")).rejects.toMatchObject({ code: "Closed" });
      expect((await keysOf(await subject.reopen(), "")).length).toBe(20);
    });
  });
}

async function claim(store: Store, key: string, value: string): Promise<boolean> {
  const result = await store.txn({ compare: [{ key, exists: false }], ops: [{ op: "put", key, value }] });
  return result.committed;
}
