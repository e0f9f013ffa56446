import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentState } from "@ratchet/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StateFile } from "./state-file.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-state-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const state: AgentState = {
  assignment: { storeId: "s", revision: 3, pods: [], ports: [], wires: [] },
  sandboxes: [],
};

async function write(): Promise<void> {
  const file = new StateFile(folder, () => {});
  file.save(() => state);
  await file.flush();
}

test("gives back what was saved", async () => {
  await write();
  expect(new StateFile(folder, () => {}).load()).toEqual(state);
});

test("tries again by itself what could not be written", async () => {
  const obstacle = join(folder, "state.json.new");
  mkdirSync(obstacle);
  const file = new StateFile(folder, () => {});
  file.save(() => state);
  await file.flush();
  expect(readdirSync(folder)).toEqual(["state.json.new"]);
  rmdirSync(obstacle);
  await expect.poll(() => new StateFile(folder, () => {}).load(), { timeout: 20_000 }).toEqual(state);
});

test("begins empty where there is no file", () => {
  expect(new StateFile(folder, () => {}).load()).toEqual({ assignment: null, sandboxes: [] });
});

test.each([
  ["a flipped byte", (text: string) => text.replace('"revision":3', '"revision":4')],
  ["a torn end", (text: string) => text.slice(0, -20)],
  ["nothing in it", () => ""],
  ["something else", () => "hello\nworld\n"],
])("sets a file with %s aside", async (_, spoil) => {
  await write();
  const path = join(folder, "state.json");
  writeFileSync(path, spoil(readFileSync(path, "utf8")));
  expect(new StateFile(folder, () => {}).load()).toEqual({ assignment: null, sandboxes: [] });
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^state\.json\.corrupt-/)]);
});

const sandbox: AgentState["sandboxes"][number] = {
  ...{ podUid: "u", netnsName: "x.default.a", path: "/run/netns/x.default.a", incarnation: 1, dev: "4", inode: "1" },
  ...{ bootId: "b", programs: [], isSetUp: false },
};

test.each<[string, object]>([
  ["of another version's shape", { sandboxes: [] }],
  ["that would have a file elsewhere deleted as a namespace", { netnsName: "../../etc/passwd" }],
  ["that would have another folder deleted as a pod's", { podUid: "../../.." }],
  ["that would have every process signalled as a program", { programs: [{ name: "p", pid: -1, startTime: "1" }] }],
])("sets a whole file aside %s", async (_, change) => {
  const wrong = "sandboxes" in change ? change : { assignment: null, sandboxes: [{ ...sandbox, ...change }] };
  const file = new StateFile(folder, () => {});
  file.save(() => wrong as AgentState);
  await file.flush();
  expect(new StateFile(folder, () => {}).load()).toEqual({ assignment: null, sandboxes: [] });
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^state\.json\.corrupt-/)]);
});
