import { describe, expect, it } from "vitest";
import type { Subject } from "../conformance.js";
import { keysOf, put, remove } from "./steps.js";

/** Single entries and ranges. */
export function describeEntries(subject: Subject): void {
  describe("entries", () => {
    it("counts revisions and versions as etcd does", async () => {
      const { store } = subject;
      const base = (await store.range("")).revision;
      expect(await store.get("/a")).toBeUndefined();
      await put(store, "/a", "1");
      await put(store, "/b", "1");
      await put(store, "/a", "2");
      expect(await store.get("/a")).toEqual({
        key: "/a",
        value: "2",
        createRevision: base + 1,
        modRevision: base + 3,
        version: 2,
      });
      await remove(store, "/a");
      expect(await store.get("/a")).toBeUndefined();
      await put(store, "/a", "3");
      expect(await store.get("/a")).toMatchObject({ createRevision: base + 5, modRevision: base + 5, version: 1 });
      expect(await store.status()).toMatchObject({ storeId: store.storeId, revision: base + 5 });
    });

    it("keeps entries, revision and store id over a restart", async () => {
      await put(subject.store, "/a", "1");
      await put(subject.store, "/a", "2");
      await put(subject.store, "/b", "x");
      await remove(subject.store, "/b");
      const before = { id: subject.store.storeId, all: await subject.store.range("") };
      const store = await subject.reopen();
      expect({ id: store.storeId, all: await store.range("") }).toEqual(before);
      expect(store.storeId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
      expect(await put(store, "/a", "3")).toBe(before.all.revision + 1);
    });

    it("gives back any well-formed text unchanged, as key and as value", async () => {
      const texts = [
        "a",
        " ",
        "\u0000",
        "a\u0000b",
        "\n",
        "'\"%_*?[",
        "é",
        "e\u0301",
        "\ud7ff",
        "\ue000",
        "\uffff",
        "😀",
      ];
      for (const text of texts) await put(subject.store, `/t/${text}`, text);
      await put(subject.store, "/empty", "");
      await put(subject.store, "/big", "ü".repeat(1_000_000));
      const store = await subject.reopen();
      for (const text of texts) expect((await store.get(`/t/${text}`))?.value, JSON.stringify(text)).toBe(text);
      expect((await store.get("/empty"))?.value).toBe("");
      expect((await store.get("/big"))?.value).toBe("ü".repeat(1_000_000));
      const bytewise = texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await keysOf(store, "/t/")).toEqual(bytewise.map((text) => `/t/${text}`));
    });

    it("refuses empty keys and lone surrogates", async () => {
      const { store } = subject;
      const invalid = { code: "InvalidArgument" };
      await expect(put(store, "", "x")).rejects.toMatchObject(invalid);
      await expect(put(store, "a\ud800", "x")).rejects.toMatchObject(invalid);
      await expect(put(store, "a", "\udc00x")).rejects.toMatchObject(invalid);
      await expect(store.get("")).rejects.toMatchObject(invalid);
      await expect(store.range("", { limit: 0 })).rejects.toMatchObject(invalid);
      expect((await store.range("")).entries).toEqual([]);
    });

    it("compares prefixes as text: a slash means nothing", async () => {
      const keys = [
        "/a",
        "/a!",
        "/a/",
        "/a/b",
        "/a/b/c",
        "/a0",
        "/ab",
        "/a\u{10ffff}",
        "/b",
        "a",
        "\u{10ffff}",
        "\u{10ffff}z",
      ];
      await subject.store.txn({ ops: keys.toReversed().map((key) => ({ op: "put", key, value: "" })) });
      const bytewise = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      for (const prefix of ["", "/", "/a", "/a/", "/a/b", "/a/b/", "\u{10ffff}", "/a\u{10ffff}", "nothing", "%", "_"]) {
        const expected = bytewise.filter((key) => key.startsWith(prefix));
        expect(await keysOf(subject.store, prefix), JSON.stringify(prefix)).toEqual(expected);
      }
    });

    it("pages through a range as of one revision while it changes", async () => {
      const { store } = subject;
      for (let i = 0; i < 25; i++) await put(store, `/p/${String(i).padStart(2, "0")}`, "old");
      const first = await store.range("/p/", { limit: 10 });
      await store.txn({
        ops: [
          { op: "delete", key: "/p/12" },
          { op: "put", key: "/p/13", value: "new" },
          { op: "put", key: "/p/135", value: "new" },
        ],
      });
      const entries = [...first.entries];
      let more = first.more;
      const sizes = [entries.length];
      while (more) {
        const startAfter = entries.at(-1)!.key;
        const page = await store.range("/p/", { limit: 10, startAfter, revision: first.revision });
        expect(page.revision).toBe(first.revision);
        entries.push(...page.entries);
        sizes.push(page.entries.length);
        more = page.more;
      }
      expect(sizes).toEqual([10, 10, 5]);
      expect(entries.map((entry) => entry.value)).toEqual(Array.from({ length: 25 }, () => "old"));
      expect(new Set(entries.map((entry) => entry.key)).size).toBe(25);
      const now = await store.range("/p/1", { startAfter: "/p/11" });
      expect(now.entries.slice(0, 3).map((entry) => entry.key)).toEqual(["/p/13", "/p/135", "/p/14"]);
      expect((await store.range("/p/", { startAfter: "/zzz" })).entries).toEqual([]);
      expect((await store.range("/p/", { startAfter: "" })).entries.length).toBe(25);
      expect(await store.range("/p/", { limit: 25 })).toMatchObject({ more: false });
    });
  });
}
