import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeKube } from "../testing/fake-kube.js";
import { OwnPods } from "./own-pods.js";

let kube: FakeKube;
let folder: string;
let pods: OwnPods;
let changes: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-kube-"));
  kube = await FakeKube.listen();
  kube.writeKubeconfig(join(folder, "config"));
  changes = [];
  pods = new OwnPods(
    "left",
    (_, name) => changes.push(name),
    () => {},
  );
});
afterEach(async () => {
  await pods.stop();
  await kube.close();
  rmSync(folder, { recursive: true, force: true });
});

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const start = Date.now(); !isSo(); await delay(5)) {
    if (Date.now() - start > 5_000) throw new Error(`not within 5 s: ${what}`);
  }
}

function names(): string[] {
  return [...pods.all()].map(({ name }) => name).sort();
}

async function start(): Promise<void> {
  await pods.start(join(folder, "config"));
  await until("a watch", () => kube.watchedFrom.length === 1);
}

test("lists this node's pods once and then hears of each change, keeping what decides about wires", async () => {
  kube.put("a", { ratchet: "true", app: "x" }, { other: "y", "ratchet.network/links": "[]" });
  await start();
  expect(pods.get("default", "a")).toEqual({
    ...{ namespace: "default", name: "a", uid: "uid-a" },
    labels: { ratchet: "true" },
    annotations: { "ratchet.network/links": "[]" },
  });
  kube.put("b", { ratchet: "true" });
  await until("b comes", () => names().join() === "a,b");
  kube.put("a", { ratchet: "true", app: "z" }, { "ratchet.network/links": "[]" });
  kube.remove("b");
  await until("b goes", () => names().join() === "a");
  expect(changes).toEqual(["a", "b", "b"]);
  expect(kube.lists).toBe(1);
  expect([...kube.selectors]).toEqual(["spec.nodeName=left"]);
});

test("keeps no label where labels do not count", async () => {
  pods = new OwnPods(
    "left",
    () => {},
    () => {},
    false,
  );
  kube.put("a", { ratchet: "true" }, { "ratchet.network/links": "[]" });
  await start();
  expect(pods.get("default", "a")).toMatchObject({ labels: {}, annotations: { "ratchet.network/links": "[]" } });
});

test("resumes a watch that breaks in the middle of a line, and misses nothing", async () => {
  await start();
  kube.put("a", {});
  await until("a comes", () => names().join() === "a");
  kube.breakWatches();
  kube.put("b", {});
  await until("b comes", () => names().join() === "a,b");
  expect(kube.lists).toBe(1);
  expect(kube.watchedFrom).toEqual([1, 2]);
});

test("lists again when its version has expired, and lets go of what went meanwhile", async () => {
  kube.put("a", {});
  kube.put("b", {});
  await start();
  kube.expire();
  kube.remove("a");
  await until("a goes", () => names().join() === "b");
  expect(kube.lists).toBe(2);
});
