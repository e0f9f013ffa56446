import { describe, expect, it } from "vitest";
import type { Subject } from "../conformance.js";
import { isCompacted } from "../store-error.js";
import { drain, inShort, put, remove } from "./steps.js";

/** Past revisions and forgetting them. */
export function describeHistory(subject: Subject): void {
  describe("history", () => {
    it("reads any kept revision as it was", async () => {
      const { store } = subject;
      const shots = [await store.range("/h/")];
      const shoot = async () => shots.push(await store.range("/h/"));
      for (let i = 0; i < 30; i++) {
        if (i % 7 === 6) await store.txn({ ops: [{ op: "deletePrefix", prefix: `/h/${i % 2}` }] });
        else if (i % 5 === 4) await remove(store, `/h/${i % 3}`);
        else await put(store, `/h/${i % 4}${i % 3}`, String(i));
        await shoot();
      }
      const reopened = await subject.reopen();
      for (const shot of shots) expect(await reopened.range("/h/", { revision: shot.revision })).toEqual(shot);
      await expect(reopened.range("/h/", { revision: shots.at(-1)!.revision + 1 })).rejects.toMatchObject({
        code: "FutureRevision",
      });
    });

    it("forgets what is compacted, keeps the present, and says so to those who ask for the past", async () => {
      const { store } = subject;
      await put(store, "/k/stays", "1");
      const old = await put(store, "/k/a", "1");
      await put(store, "/k/a", "2");
      await remove(store, "/k/a");
      const at = await put(store, "/k/b", "1");
      const shot = await store.range("/k/");
      await put(store, "/k/b", "2");
      await remove(store, "/k/stays");
      await store.compact(at);
      await store.compact(at);
      await store.compact(old);

      for (const open of [async () => store, () => subject.reopen()]) {
        const opened = await open();
        expect((await opened.range("/k/")).entries.map(({ key, value }) => [key, value])).toEqual([["/k/b", "2"]]);
        expect(await opened.range("/k/", { revision: at })).toEqual(shot);
        expect(inShort(await drain(await opened.watch("/k/", { fromRevision: at + 1 })), at)).toEqual([
          "1: put /k/b=2",
          "2: delete /k/stays",
        ]);
        const error = await opened
          .watch("/k/", { fromRevision: old })
          .then(drain)
          .catch((error: unknown) => error);
        expect(isCompacted(error) && error.compactRevision).toBe(at);
        await expect(opened.range("/k/", { revision: old })).rejects.toMatchObject({
          code: "Compacted",
          compactRevision: at,
        });
      }
    });

    it("refuses to compact the future", async () => {
      const { revision } = await subject.store.range("");
      await expect(subject.store.compact(revision + 1)).rejects.toMatchObject({ code: "FutureRevision" });
    });

    it("keeps the revision when everything is deleted and compacted", async () => {
      await put(subject.store, "/a", "1");
      await remove(subject.store, "/a");
      const { revision } = await subject.store.range("");
      await subject.store.compact(revision);
      const store = await subject.reopen();
      expect(await store.range("")).toEqual({ revision, entries: [], more: false });
      expect(await put(store, "/a", "2")).toBe(revision + 1);
      expect(await store.get("/a")).toMatchObject({ createRevision: revision + 1, version: 1 });
    });

    it("lets a waiting watch see a change that is compacted at once", async () => {
      const { store } = subject;
      const watch = await store.watch("/a");
      const taking = drain(watch);
      const { revision } = await store.range("");
      await Promise.all([put(store, "/a", "1"), store.compact(revision)]);
      await expect(taking).resolves.toBeInstanceOf(Array);
      const rest = await drain(await store.watch("/a", { fromRevision: revision + 1 }));
      expect(inShort(rest, revision)).toEqual(["1: put /a=1"]);
    });
  });
}
