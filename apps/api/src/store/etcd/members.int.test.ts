import { setTimeout as delay } from "node:timers/promises";
import { type EtcdCluster, startEtcd } from "@ratchet/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drain, put } from "../conformance/steps.js";
import { describeStore } from "../conformance.js";
import type { Store, WatchBatch } from "../store.js";
import { etcdHome } from "./fixture/home.js";

describe("three etcd members", () => {
  let etcd: EtcdCluster;
  beforeAll(async () => {
    etcd = await startEtcd({ members: 3 });
  });
  afterAll(() => etcd?.close());

  describeStore("etcd", async () => etcdHome(etcd.endpoints));

  it("lets the watches that stay follow on at once when others end", async () => {
    const home = etcdHome(etcd.endpoints);
    const store = await home.open();
    try {
      const watches = await Promise.all(Array.from({ length: 30 }, () => store.watch("/x")));
      const [stays, ...leave] = watches.map((watch) => watch[Symbol.asyncIterator]());
      const first = watches.map((_, i) => (i === 0 ? stays! : leave[i - 1]!).next());
      await put(store, "/x", "1");
      await Promise.all(first);
      await Promise.all(leave.map((reader) => reader.return?.()));
      const asked = performance.now();
      const revision = await put(store, "/x", "2");
      expect((await stays!.next()).value).toMatchObject({ revision });
      // A stream that begins again takes longer: etcd looks after those every 100 ms, and there were many.
      expect(performance.now() - asked).toBeLessThan(5_000);
    } finally {
      await store.close();
      await home.remove();
    }
  });

  it("loses, doubles and invents nothing while members, the leader first, are killed and brought back", async () => {
    const home = etcdHome(etcd.endpoints);
    const stores = [await home.open(), await home.open()];
    try {
      const [one, other] = stores as [Store, Store];
      const from = await put(one, "/counter", "0");
      const watch = await other.watch("/", { fromRevision: from + 1 });
      const seen: WatchBatch[] = [];
      const watching = (async () => {
        for await (const batch of watch) seen.push(batch);
      })();
      const work = { isOver: false, increments: 0, accepted: new Map<string, number>(), large: [] as number[] };
      const workers = [
        ...stores.map((store) => count(store, work)),
        ...stores.map((store, i) => write(store, i, work)),
        writeLarge(one, work),
      ];
      for (const which of ["leader", "follower", "leader"] as const) {
        await delay(500);
        const leader = await etcd.leader();
        const member = which === "leader" ? leader : etcd.members.find((each) => each !== leader)!;
        await member.kill();
        await delay(900);
        await member.start();
        await etcd.leader();
      }
      await delay(500);
      work.isOver = true;
      await Promise.all(workers);
      const all = await drain(await one.watch("/", { fromRevision: from + 1 }));
      watch.requestProgress();
      while (seen.at(-1)?.events.length !== 0) await delay(20);
      watch.close();
      await watching;

      expect((await one.get("/counter"))?.value).toBe(String(work.increments));
      expect(work.increments).toBeGreaterThan(50);
      expect(seen.slice(0, -1)).toEqual(all);
      const events = all.flatMap((batch) => batch.events);
      const counted = events.filter(({ key }) => key === "/counter");
      expect(counted.map((event) => event.type === "put" && Number(event.value))).toEqual(
        Array.from({ length: work.increments }, (_, i) => i + 1),
      );
      const puts = new Map(events.filter(({ key }) => key.startsWith("/put/")).map((e) => [e.key, e.revision]));
      expect(puts).toEqual(work.accepted);
      for (const event of events) if (event.key.startsWith("/put/")) expect(event).toMatchObject({ version: 1 });
      expect(work.large.length).toBeGreaterThan(2);
      expect(all.filter(({ events: [first] }) => first?.key.startsWith("/large/")).map((b) => b.revision)).toEqual(
        work.large,
      );
    } finally {
      await Promise.all(stores.map((store) => store.close()));
      await home.remove();
    }
  }, 60_000);
});

interface Work {
  isOver: boolean;
  increments: number;
  accepted: Map<string, number>;
  large: number[];
}

async function count(store: Store, work: Work): Promise<void> {
  while (!work.isOver) {
    const { value, modRevision } = (await store.get("/counter"))!;
    const { committed } = await store.txn({
      compare: [{ key: "/counter", modRevision }],
      ops: [{ op: "put", key: "/counter", value: String(Number(value) + 1) }],
    });
    if (committed) work.increments++;
  }
}

async function write(store: Store, writer: number, work: Work): Promise<void> {
  for (let n = 0; !work.isOver; n++) {
    const key = `/put/${writer}/${n}`;
    work.accepted.set(key, await put(store, key, String(n)));
  }
}

async function writeLarge(store: Store, work: Work): Promise<void> {
  for (let n = 0; !work.isOver; n++) {
    const keys = Array.from({ length: 300 }, (_, i) => `/large/${i}`);
    const { revision } = await store.txn({ ops: keys.map((key) => ({ op: "put", key, value: String(n) })) });
    work.large.push(revision);
    const { entries } = await store.range("/large/");
    expect(new Set(entries.map((entry) => `${entry.value} ${entry.modRevision} ${entry.version}`))).toEqual(
      new Set([`${n} ${revision} ${n + 1}`]),
    );
    await delay(300);
  }
}
