import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keys } from "@ratchet/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SILENT } from "../logger.js";
import { Mirror } from "../state/mirror.js";
import { StoreHealth } from "../state/store-health.js";
import { Transactor } from "../state/transactor.js";
import { openEmbeddedStore } from "../store/embedded/embedded-store.js";
import type { Store } from "../store/store.js";
import { HeldStore } from "./fixture/held-store.js";
import { NotLeading } from "./leader.js";
import { Replicas } from "./replicas.js";

const LEASE_SECONDS = 1;

interface Replica {
  replicas: Replicas;
  mirror: Mirror;
  view: HeldStore;
  changes: boolean[];
}

let folder: string;
let store: Store;
const running: Replica[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ratchet-leader-"));
  store = await openEmbeddedStore({ path: join(folder, "store.db") });
});
afterEach(async () => {
  for (const replica of running.splice(0)) await end(replica);
  await store.close();
  await rm(folder, { recursive: true });
});

async function begin(id: string): Promise<Replica> {
  const view = new HeldStore(store);
  const mirror = new Mirror(view.store, SILENT);
  await mirror.start();
  const replicas = new Replicas({ id, leaseSeconds: LEASE_SECONDS }, view.store, mirror, SILENT);
  const replica: Replica = { replicas, mirror, view, changes: [] };
  replicas.leader.onChange((isLeader) => replica.changes.push(isLeader));
  replicas.start();
  running.push(replica);
  return replica;
}

async function end(replica: Replica): Promise<void> {
  replica.view.release();
  await replica.replicas.stop();
  replica.mirror.stop();
  running.splice(running.indexOf(replica), running.includes(replica) ? 1 : 0);
}

const leads = ({ replicas }: Replica) => replicas.leader.isLeader;

test("one of several leads; when it leaves another one does at once", async () => {
  const all = [await begin("a"), await begin("b"), await begin("c")];
  await expect.poll(() => all.filter(leads).length).toBe(1);
  const first = all.find(leads)!;
  const others = all.filter((replica) => replica !== first);
  const leftAt = performance.now();
  await end(first);
  await expect.poll(() => others.filter(leads).length, { interval: 5 }).toBe(1);
  expect(performance.now() - leftAt).toBeLessThan(LEASE_SECONDS * 1000);
  expect(first.changes).toEqual([true]);
  expect(leads(first)).toBe(false);
});

test("one that hangs leads no more before another does, and what it still writes is refused", async () => {
  const first = await begin("a");
  await expect.poll(() => leads(first)).toBe(true);
  const second = await begin("b");
  const { leader } = first.replicas;
  const fence = leader.fence();
  first.view.hold();
  let both = 0;
  const watching = setInterval(() => (both += Number(leads(first) && leads(second))), 1);
  await expect.poll(() => leads(second), { timeout: 10_000, interval: 5 }).toBe(true);
  clearInterval(watching);
  expect(both).toBe(0);
  expect(() => leader.fence()).toThrow(NotLeading);

  const late = await store.txn({ compare: fence, ops: [{ op: "put", key: keys.node("late"), value: "{}" }] });
  expect(late.committed).toBe(false);
  expect(await store.get(keys.node("late"))).toBeUndefined();
  first.view.release();
  await expect.poll(() => first.changes).toEqual([true, false]);
  expect(leads(second)).toBe(true);
});

test("a decision of a former leader's that is under way is refused when it commits", async () => {
  const first = await begin("a");
  await expect.poll(() => leads(first)).toBe(true);
  const { leader } = first.replicas;
  const health = new StoreHealth(first.view.store, SILENT);
  const transactor = new Transactor(first.view.store, first.mirror, health);
  const committing = transactor.commit("", (draft) => {
    draft.require(leader.fence());
    draft.put(keys.binding("default", "pod"), { podUid: randomUUID(), node: "left" });
    // Between the decision and its transaction.
    first.view.hold();
  });
  const second = await begin("b");
  await expect.poll(() => leads(second), { timeout: 10_000 }).toBe(true);
  first.view.release();
  await expect(committing).rejects.toThrow(NotLeading);
  expect(await store.get(keys.binding("default", "pod"))).toBeUndefined();
});

test("the same replica started again after kill -9 leads at once, another one after its lease", async () => {
  const killed = await begin("a");
  await expect.poll(() => leads(killed)).toBe(true);
  const other = await begin("b");
  killed.view.hold();
  const again = await begin("a");
  const startedAt = performance.now();
  await expect.poll(() => leads(again), { interval: 5 }).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(LEASE_SECONDS * 1000);
  expect(leads(other)).toBe(false);
});

test("a replica and its agents are in the store while it is there", async () => {
  const replica = await begin("a");
  const { membership } = replica.replicas;
  replica.replicas.announce("http://127.0.0.1:1");
  membership.holds("left", 7);
  const read = async (key: string) => JSON.parse((await store.get(key))?.value ?? "null");
  await expect.poll(() => read(keys.agent("left"))).toEqual({ replica: "a", term: 7 });
  await expect.poll(() => read(keys.replica("a"))).toMatchObject({ id: "a", peerUrl: "http://127.0.0.1:1" });

  // A lease that ended while the replica lives: everything is said again under another.
  const leaseId = (await store.get(keys.replica("a")))!.lease!;
  await store.revoke(leaseId);
  expect(await read(keys.agent("left"))).toBeNull();
  await expect.poll(() => read(keys.agent("left"))).toEqual({ replica: "a", term: 7 });

  // Newer connections at other replicas are not said away, older ones are.
  const other = await begin("b");
  other.replicas.announce(null);
  other.replicas.membership.holds("left", 8);
  await expect.poll(() => read(keys.agent("left"))).toEqual({ replica: "b", term: 8 });
  membership.lost("left");
  other.replicas.membership.holds("right", 1);
  await expect.poll(() => read(keys.agent("right"))).toEqual({ replica: "b", term: 1 });
  expect(await read(keys.agent("left"))).toEqual({ replica: "b", term: 8 });
  await end(other);
  expect(await read(keys.agent("left"))).toBeNull();
});
