import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keys } from "@ratchet/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SILENT } from "../logger.js";
import { HeldStore } from "../replicas/fixture/held-store.js";
import { openEmbeddedStore } from "../store/embedded/embedded-store.js";
import type { Store } from "../store/store.js";
import type { Draft } from "./draft.js";
import { Mirror } from "./mirror.js";
import { StoreHealth } from "./store-health.js";
import { Transactor } from "./transactor.js";

const KEY = keys.binding("default", "pod");

let folder: string;
let store: Store;
let view: HeldStore;
let mirror: Mirror;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ratchet-transactor-"));
  store = await openEmbeddedStore({ path: join(folder, "store.db") });
  view = new HeldStore(store);
  mirror = new Mirror(view.store, SILENT);
  await mirror.start();
});
afterEach(async () => {
  view.release();
  mirror.stop();
  await store.close();
  await rm(folder, { recursive: true });
});

const transactor = () => new Transactor(store, mirror, new StoreHealth(store, SILENT), undefined, true);
const bound = (node: string) => ({ podUid: randomUUID(), node });
const existing = (draft: Draft) => {
  const found = draft.read<{ node: string }>(KEY);
  if (found === undefined) throw new Error("there is no such pod");
  return found;
};

/** Another replica writes, and this one is not told of it before `asking` has been decided for the first time. */
async function elsewhere(node: string, ask: () => Promise<unknown>): Promise<unknown> {
  view.hold();
  await store.txn({ ops: [{ op: "put", key: KEY, value: JSON.stringify(bound(node)) }] });
  const asking = ask();
  asking.catch(() => {});
  view.release();
  return asking;
}

test("what another replica made a moment ago is not said to be absent", async () => {
  const move = (draft: Draft) => draft.put(KEY, { ...existing(draft), node: "right" });
  await elsewhere("left", () => transactor().commit("somebody", move));
  expect(JSON.parse((await store.get(KEY))?.value ?? "")).toMatchObject({ node: "right" });
});

test("what another replica changed a moment ago is changed back, and not taken for unchanged", async () => {
  await transactor().commit("somebody", (draft) => draft.put(KEY, bound("left")));
  const moveBack = (draft: Draft) => {
    const found = existing(draft);
    if (found.node !== "left") draft.put(KEY, { ...found, node: "left" });
  };
  await elsewhere("right", () => transactor().commit("somebody", moveBack));
  expect(JSON.parse((await store.get(KEY))?.value ?? "")).toMatchObject({ node: "left" });
});

test("a refusal that holds is given, and what needs no change makes none", async () => {
  await expect(transactor().commit("somebody", existing)).rejects.toThrow("there is no such pod");
  await transactor().commit("somebody", (draft) => draft.put(KEY, bound("left")));
  const { revision } = await store.status();
  await transactor().commit("somebody", existing);
  expect((await store.status()).revision).toBe(revision);
});

test("one that has the store for itself asks nobody", async () => {
  const alone = new Transactor(view.store, mirror, new StoreHealth(store, SILENT));
  view.hold();
  await expect(alone.commit("somebody", existing)).rejects.toThrow("there is no such pod");
});
