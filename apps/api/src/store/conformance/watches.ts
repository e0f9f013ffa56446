import { describe, expect, it } from "vitest";
import type { Subject } from "../conformance.js";
import type { WatchBatch } from "../store.js";
import { drain, inShort, next, put, remove } from "./steps.js";

/** Following changes. */
export function describeWatches(subject: Subject): void {
  describe("watches", () => {
    it("delivers the changes of a prefix, one batch per revision, in the order of the operations", async () => {
      const { store } = subject;
      await put(store, "/w/old", "0");
      await put(store, "/w/del", "0");
      const watch = await store.watch("/w/");
      const from = watch.revision;
      await put(store, "/w/b", "1");
      await put(store, "/other", "1");
      await store.txn({
        ops: [
          { op: "put", key: "/w/z", value: "2" },
          { op: "delete", key: "/w/del" },
          { op: "put", key: "/else", value: "2" },
          { op: "put", key: "/w/a", value: "2" },
        ],
      });
      await store.txn({ ops: [{ op: "deletePrefix", prefix: "/" }] });
      const batches = await drain(watch);
      expect(inShort(batches, from)).toEqual([
        "1: put /w/b=1",
        "3: put /w/z=2, delete /w/del, put /w/a=2",
        "4: delete /w/a, delete /w/b, delete /w/old, delete /w/z",
      ]);
    });

    it("tells created from updated and what was there before", async () => {
      const { store } = subject;
      const watch = await store.watch("/k", { withPrevious: true });
      const r = await put(store, "/k", "1");
      await put(store, "/k", "2");
      await remove(store, "/k");
      const [created, updated, deleted] = (await drain(watch)).map((batch) => batch.events[0]);
      expect(created).toEqual({ type: "put", key: "/k", value: "1", revision: r, createRevision: r, version: 1 });
      const first = { key: "/k", value: "1", createRevision: r, modRevision: r, version: 1 };
      expect(updated).toEqual({
        type: "put",
        key: "/k",
        value: "2",
        revision: r + 1,
        createRevision: r,
        version: 2,
        previous: first,
      });
      const second = { key: "/k", value: "2", createRevision: r, modRevision: r + 1, version: 2 };
      expect(deleted).toEqual({ type: "delete", key: "/k", revision: r + 2, previous: second });
    });

    it("resumes from any revision without loss or duplicate, over a restart too", async () => {
      const { store } = subject;
      const from = (await store.range("")).revision;
      for (let i = 0; i < 20; i++) {
        if (i % 5 === 4) await remove(store, `/r/${i - 1}`);
        else await put(store, `/r/${i}`, String(i));
      }
      const all = await drain(await store.watch("/r/", { fromRevision: from + 1 }));
      expect(all.length).toBe(20);
      const reopened = await subject.reopen();
      for (let at = 0; at <= 20; at++) {
        const rest = await drain(await reopened.watch("/r/", { fromRevision: from + 1 + at }));
        expect(rest).toEqual(all.slice(at));
      }
    });

    it("loses and doubles nothing while writers write and the reader comes and goes", async () => {
      const { store } = subject;
      const writers = 8;
      const each = 40;
      const from = (await store.range("")).revision;
      const writing = Promise.all(
        Array.from({ length: writers }, async (_, w) => {
          for (let i = 0; i < each; i++) await put(store, `/c/${w}`, String(i));
        }),
      );
      const seen: WatchBatch[] = [];
      let resume = from + 1;
      while (seen.length < writers * each) {
        const watch = await store.watch("/c/", { fromRevision: resume });
        let taken = 0;
        for await (const batch of watch) {
          seen.push(batch);
          resume = batch.revision + 1;
          if (++taken === 7 || seen.length === writers * each) break;
        }
      }
      await writing;
      const revisions = seen.map((batch) => batch.revision);
      expect(revisions).toEqual(Array.from({ length: writers * each }, (_, i) => from + 1 + i));
      for (let w = 0; w < writers; w++) {
        const mine = seen.flatMap((batch) => batch.events).filter((event) => event.key === `/c/${w}`);
        expect(mine.map((event) => event.type === "put" && event.value)).toEqual(
          Array.from({ length: each }, (_, i) => String(i)),
        );
      }
    });

    it("delivers a change to every watch that waits for it", async () => {
      const { store } = subject;
      const watches = await Promise.all(Array.from({ length: 20 }, () => store.watch("/x")));
      const waiting = watches.map((watch) => next(watch));
      const revision = await put(store, "/x", "1");
      for (const batch of await Promise.all(waiting)) expect(batch.revision).toBe(revision);
    });

    it("waits for a revision of the future", async () => {
      const { store } = subject;
      const now = (await store.range("")).revision;
      const watch = await store.watch("/f", { fromRevision: now + 3 });
      for (let i = 1; i <= 4; i++) await put(store, "/f", String(i));
      expect(inShort(await drain(watch), now)).toEqual(["3: put /f=3", "4: put /f=4"]);
    });

    it("answers a request for progress after everything before it", async () => {
      const { store } = subject;
      const watch = await store.watch("/p/");
      await put(store, "/p/1", "1");
      const revision = await put(store, "/elsewhere", "1");
      watch.requestProgress();
      const batches: WatchBatch[] = [];
      for await (const batch of watch) {
        batches.push(batch);
        if (batch.events.length === 0) break;
      }
      expect(batches.map((batch) => batch.events.length)).toEqual([1, 0]);
      expect(batches[1]?.revision).toBeGreaterThanOrEqual(revision);
    });

    it("ends on close, on abort and when the store closes", async () => {
      const { store } = subject;
      const abort = new AbortController();
      const closed = await store.watch("/");
      const aborted = await store.watch("/", { signal: abort.signal });
      const left = await store.watch("/");
      const ends = [closed, aborted, left].map(async (watch) => {
        for await (const _ of watch) throw new Error("nothing was to come");
      });
      closed.close();
      abort.abort();
      await Promise.all(ends.slice(0, 2));
      await store.close();
      await Promise.all(ends);
    });
  });
}
