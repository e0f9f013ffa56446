import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type AgentState, StateFile } from "./state-file.js";

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
