import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type EtcdCluster, eventually, startEtcd } from "@ratchet/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drain, put } from "../conformance/steps.js";
import type { Store } from "../store.js";
import { etcdHome } from "./fixture/home.js";
import { before, largeOps } from "./fixture/large-ops.js";

const fixture = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const steps = [
  ["locked", 1, "nothing"],
  ["prepared", 1, "nothing"],
  ["staged", 1, "nothing"],
  ["staged", 3, "nothing"],
  ["ready", 1, "nothing"],
  ["committed", 1, "everything"],
  ["folded", 1, "everything"],
  ["folded", 3, "everything"],
  ["closed", 1, "everything"],
  ["time", 60, "either"],
  ["time", 90, "either"],
  ["time", 120, "either"],
] as const;

describe("a large transaction in etcd", () => {
  let etcd: EtcdCluster;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd?.close());

  it.concurrent.each(steps)(
    "killed at step %s (%i) leaves %s, and nothing lying about",
    async (step, at, expected) => {
      const home = etcdHome(etcd.endpoints);
      const store = await home.open();
      try {
        const start = (await store.txn({ ops: before })).revision;
        const watch = await store.watch("/", { fromRevision: start + 1, withPrevious: true });
        await killedWriter(etcd.endpoints, home.prefix, step, at);
        const seen = await look(store);
        if (expected !== "either") expect(seen).toBe(expected);
        const next = await put(store, "/next", "1");
        expect(await look(store)).toBe(seen);

        const batches = await drain(watch);
        const [large] = seen === "everything" ? batches.splice(0, 1) : [];
        expect(batches.map((batch) => batch.revision)).toEqual([next]);
        if (large !== undefined) {
          const sequence = largeOps("").flatMap((op) => (op.op === "deletePrefix" ? oldKeys() : [op.key]));
          expect(large.events.map((event) => event.key)).toEqual(sequence);
          expect(large.events.every((event) => event.revision === large.revision)).toBe(true);
          const { entries } = await store.range("/new/", { revision: large.revision });
          expect(entries.length).toBe(300);
          expect((await store.range("/old/", { revision: large.revision - 1 })).entries.length).toBe(60);
          const kept = large.events.find((event) => event.key === "/kept/7");
          expect(kept).toMatchObject({ createRevision: start, version: 2, previous: { value: "old", version: 1 } });
          expect(await drain(await store.watch("/new/", { fromRevision: large.revision + 1 }))).toEqual([]);
        }
        await eventually(
          async () => {
            await (await home.open()).close();
            const left = (await home.keys()).filter((key) => !key.startsWith("v/") && key !== "id");
            expect(left.filter((key) => seen === "nothing" || !key.startsWith("blob/"))).toEqual([]);
          },
          { withinMs: 15_000, everyMs: 300 },
        );
      } finally {
        await store.close();
        await home.remove();
      }
    },
    60_000,
  );

  it("compares what a large transaction wrote, and refuses one whose comparison fails", async () => {
    const home = etcdHome(etcd.endpoints);
    const store = await home.open();
    try {
      const keys = Array.from({ length: 400 }, (_, i) => `/k/${i}`);
      const ops = (value: string) => keys.map((key) => ({ op: "put" as const, key, value }));
      const { revision } = await store.txn({ ops: ops("1") });
      const swap = (modRevision: number) =>
        store.txn({ compare: [{ key: "/k/399", modRevision }], ops: [{ op: "put", key: "/k/0", value: "2" }] });
      expect(await swap(revision + 1)).toMatchObject({ committed: false });
      expect(await swap(revision)).toMatchObject({ committed: true });
      expect(await store.get("/k/0")).toMatchObject({ createRevision: revision, version: 2, value: "2" });
      const compare = keys.map((key) => ({ key, modRevision: revision }));
      const refused = await store.txn({ compare, ops: ops("3") });
      expect(refused).toMatchObject({
        committed: false,
        failed: [{ compare: { key: "/k/0" }, actual: { value: "2" } }],
      });
      expect((await store.range("/k/")).entries.filter(({ value }) => value === "3")).toEqual([]);
    } finally {
      await store.close();
      await home.remove();
    }
  });

  it("shows nobody half of it, and loses no small change that comes in between", async () => {
    const home = etcdHome(etcd.endpoints);
    const [writer, reader] = [await home.open(), await home.open()];
    try {
      const keys = Array.from({ length: 500 }, (_, i) => `/half/${i}`);
      let isWriting = true;
      const large = (async () => {
        for (let n = 1; n <= 6; n++) {
          await writer.txn({ ops: keys.map((key) => ({ op: "put" as const, key, value: String(n) })) });
        }
      })().finally(() => (isWriting = false));
      let small = 0;
      const smalls = (async () => {
        while (isWriting) await put(reader, "/small", String(++small));
      })();
      while (isWriting) {
        const { entries } = await reader.range("/half/");
        const kinds = new Set(entries.map((e) => `${e.value} ${e.modRevision} ${e.createRevision} ${e.version}`));
        expect(kinds.size).toBeLessThanOrEqual(1);
        expect([0, 500]).toContain(entries.length);
      }
      await Promise.all([large, smalls]);
      expect(await reader.get("/small")).toMatchObject({ version: small, value: String(small) });
      expect((await reader.range("/half/")).entries.every(({ version }) => version === 6)).toBe(true);
    } finally {
      await Promise.all([writer.close(), reader.close()]);
      await home.remove();
    }
  });
});

function oldKeys(): string[] {
  return Array.from({ length: 60 }, (_, i) => `/old/${i}`).sort();
}

async function look(store: Store): Promise<"nothing" | "everything"> {
  const { entries } = await store.range("/");
  const has = (prefix: string, value: string) =>
    entries.filter((entry) => entry.key.startsWith(prefix) && entry.value.startsWith(value)).length;
  const counts = [has("/old/", "old"), has("/kept/", "old"), has("/kept/", "new"), has("/new/", "new")];
  const single = [has("/leased", "new"), has("/big", "b".repeat(1_800_000))];
  if (String([...counts, ...single]) === "60,30,0,0,0,0") return "nothing";
  expect([...counts, ...single]).toEqual([0, 0, 30, 300, 1, 1]);
  const revisions = new Set(entries.filter(({ key }) => key !== "/next").map((entry) => entry.modRevision));
  expect(revisions.size).toBe(1);
  return "everything";
}

async function killedWriter(endpoints: string[], prefix: string, step: string, at: number): Promise<void> {
  const hook = fixture("../embedded/fixture/typescript.mjs");
  const argv = ["--import", hook, fixture("./fixture/large-writer.mjs"), endpoints.join(","), prefix, step, String(at)];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "inherit"] });
  const [, signal] = await once(child, "exit");
  expect(signal).toBe("SIGKILL");
}
