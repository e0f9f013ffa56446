import { describe, expect, it } from "vitest";
import type { Subject } from "../conformance.js";
import { inShort, keysOf, next, put } from "./steps.js";

/** Keys that end with their owner. */
export function describeLeases(subject: Subject): void {
  describe("leases", () => {
    it("deletes the keys of a lease that nobody keeps alive, as one revision that watches see", async () => {
      const { store } = subject;
      const lease = await store.grant(1);
      expect(lease.ttlSeconds).toBeGreaterThanOrEqual(1);
      await put(store, "/l/stays", "x");
      await put(store, "/l/a", "1", lease.id);
      const revision = await put(store, "/l/b", "1", lease.id);
      expect((await store.get("/l/a"))?.lease).toBe(lease.id);
      const batch = await next(await store.watch("/l/"));
      expect(
        inShort([{ ...batch, events: batch.events.toSorted((a, b) => (a.key < b.key ? -1 : 1)) }], revision),
      ).toEqual(["1: delete /l/a, delete /l/b"]);
      expect(await keysOf(store, "/l/")).toEqual(["/l/stays"]);
      await expect(store.keepAlive(lease.id)).rejects.toMatchObject({ code: "LeaseNotFound" });
    });

    it("keeps the keys while the lease is kept alive", async () => {
      const { store } = subject;
      const kept = await store.grant(1);
      const left = await store.grant(1);
      await put(store, "/l/kept", "1", kept.id);
      await put(store, "/l/left", "1", left.id);
      const watch = await store.watch("/l/");
      const alive = setInterval(() => void store.keepAlive(kept.id), 200);
      try {
        const batch = await next(watch);
        expect(batch.events.map((event) => event.key)).toEqual(["/l/left"]);
        expect(await keysOf(store, "/l/")).toEqual(["/l/kept"]);
      } finally {
        clearInterval(alive);
      }
    });

    it("revokes a lease with its keys at once; again succeeds", async () => {
      const { store } = subject;
      const lease = await store.grant(60);
      const revision = await put(store, "/l/a", "1", lease.id);
      await store.revoke(lease.id);
      expect(await store.range("/l/")).toEqual({ revision: revision + 1, entries: [], more: false });
      await store.revoke(lease.id);
      expect((await store.range("")).revision).toBe(revision + 1);
    });

    it("detaches a key that is put again without the lease or with another", async () => {
      const { store } = subject;
      const one = await store.grant(60);
      const other = await store.grant(60);
      for (const key of ["/l/free", "/l/moved", "/l/bound", "/l/again"]) await put(store, key, "1", one.id);
      await put(store, "/l/free", "2");
      await put(store, "/l/moved", "2", other.id);
      await store.txn({ ops: [{ op: "delete", key: "/l/again" }] });
      await put(store, "/l/again", "2");
      await store.revoke(one.id);
      expect(await keysOf(store, "/l/")).toEqual(["/l/again", "/l/free", "/l/moved"]);
      expect((await store.get("/l/free"))?.lease).toBeUndefined();
    });

    it("refuses a transaction that names a lease that is not there, whole", async () => {
      const { store } = subject;
      const lease = await store.grant(60);
      await store.revoke(lease.id);
      const ops = [
        { op: "put" as const, key: "/l/a", value: "1" },
        { op: "put" as const, key: "/l/b", value: "1", lease: lease.id },
      ];
      await expect(store.txn({ ops })).rejects.toMatchObject({ code: "LeaseNotFound" });
      expect(await keysOf(store, "/l/")).toEqual([]);
    });

    it("keeps leases over a restart, and ends them after it", async () => {
      const short = await subject.store.grant(1);
      const long = await subject.store.grant(60);
      await put(subject.store, "/l/short", "1", short.id);
      await put(subject.store, "/l/long", "1", long.id);
      const { revision } = await subject.store.range("");
      const store = await subject.reopen();
      const batch = await next(await store.watch("/l/", { fromRevision: revision + 1 }));
      expect(batch.events.map((event) => event.key)).toEqual(["/l/short"]);
      await store.keepAlive(long.id);
      await store.revoke(long.id);
      expect(await keysOf(store, "/l/")).toEqual([]);
    });
  });
}
