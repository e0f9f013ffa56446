import { type EtcdCluster, startEtcd } from "@ratchet/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drain, put } from "../conformance/steps.js";
import type { WatchBatch } from "../store.js";
import { openEtcdStore } from "./etcd-store.js";
import { etcdHome } from "./fixture/home.js";
import { startLossyProxy } from "./fixture/lossy-proxy.js";

describe("the etcd store behind a bad network", () => {
  let etcd: EtcdCluster;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd?.close());

  it.concurrent("carries out once what it is not answered, and says that it did", async () => {
    const home = etcdHome(etcd.endpoints);
    const direct = await home.open();
    // Replayable: the same answers are lost in each run, as far as their order is the same.
    let seed = 7;
    const isLost = () => (seed = (seed * 48_271) % 2_147_483_647) % 12 === 0;
    const proxy = await startLossyProxy(etcd.endpoints[0]!, isLost);
    const store = await openEtcdStore({ endpoints: [proxy.endpoint], prefix: home.prefix });
    try {
      const start = (await direct.range("")).revision;
      const watch = await store.watch("/", { fromRevision: start + 1 });
      const seen: WatchBatch[] = [];
      const watching = (async () => {
        for await (const batch of watch) {
          if (batch.events.length === 0) break;
          seen.push(batch);
        }
      })();
      const writers = 4;
      const each = 40;
      const answered: number[] = [];
      await Promise.all(
        Array.from({ length: writers }, async (_, w) => {
          for (let n = 1; n <= each; n++) answered.push(await put(store, `/${w}`, String(n)));
        }),
      );
      const increments = await Promise.all(
        Array.from({ length: 3 }, async () => {
          for (let n = 0; n < 20; ) {
            const entry = await store.get("/counter");
            const { committed } = await store.txn({
              compare: [{ key: "/counter", modRevision: entry?.modRevision ?? 0 }],
              ops: [{ op: "put", key: "/counter", value: String(Number(entry?.value ?? 0) + 1) }],
            });
            if (committed) n++;
          }
          return 20;
        }),
      );
      const many = Array.from({ length: 300 }, (_, i) => ({ op: "put" as const, key: `/many/${i}`, value: "" }));
      const large = await store.txn({ ops: many });
      expect(proxy.lost()).toBeGreaterThan(10);

      for (let w = 0; w < writers; w++) {
        expect(await direct.get(`/${w}`)).toMatchObject({ value: String(each), version: each });
      }
      const total = increments.reduce((sum, n) => sum + n, 0);
      expect(await direct.get("/counter")).toMatchObject({ value: String(total), version: total });
      const { entries } = await direct.range("/many/");
      expect(entries.every((e) => e.version === 1 && e.modRevision === large.revision)).toBe(true);
      expect(entries.length).toBe(many.length);
      const all = await drain(await direct.watch("/", { fromRevision: start + 1 }));
      const puts = all.filter(({ events: [event] }) => /^\/\d$/.test(event!.key));
      expect(puts.map((batch) => batch.revision)).toEqual(answered.toSorted((a, b) => a - b));
      watch.requestProgress();
      await watching;
      expect(seen).toEqual(all);
    } finally {
      await store.close();
      await proxy.close();
      await direct.close();
      await home.remove();
    }
  }, 60_000);

  it.concurrent("asks another member when one stands still, and answers Unavailable in time when all do", async () => {
    const three = await startEtcd({ members: 3 });
    const home = etcdHome(three.endpoints);
    const store = await openEtcdStore({
      endpoints: three.endpoints,
      prefix: home.prefix,
      timeoutMs: 6_000,
      tryTimeoutMs: 700,
    });
    try {
      const watch = await store.watch("/");
      await put(store, "/a", "1");
      const [first, ...others] = three.members;
      first!.pause();
      const revision = await put(store, "/a", "2");
      const batches: WatchBatch[] = [];
      for await (const batch of watch) if (batches.push(batch) === 2) break;
      expect(batches.at(-1)).toMatchObject({ revision, events: [{ value: "2", version: 2 }] });
      for (const member of others) member.pause();
      const asked = performance.now();
      await expect(put(store, "/a", "3")).rejects.toMatchObject({ code: "Unavailable" });
      expect(performance.now() - asked).toBeLessThan(10_000);
      for (const member of three.members) member.resume();
      await put(store, "/b", "4");
      expect((await store.get("/b"))?.value).toBe("4");
      // It was said that nobody can tell. It was not done twice.
      const a = (await store.get("/a"))!;
      expect(["2", "3"]).toContain(a.value);
      expect(a.version).toBe(Number(a.value));
    } finally {
      for (const member of three.members) member.resume();
      await store.close();
      await three.close();
    }
  }, 60_000);
});
