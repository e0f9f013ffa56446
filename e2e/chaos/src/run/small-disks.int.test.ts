import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SmallDisks } from "./small-disks.js";

let folder: string;
let disks: SmallDisks;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-disks-"));
  disks = new SmallDisks();
});
afterEach(() => {
  disks.unmountAll();
  rmSync(folder, { recursive: true });
});

test("a full disk takes not a byte more, an emptied one does, and none is left behind", async () => {
  const path = join(folder, "state");
  disks.mount("api", path, 4);
  writeFileSync(join(path, "kept"), "kept");
  await disks.fill("api");
  expect(() => writeFileSync(join(path, "more"), Buffer.alloc(4096, 1))).toThrow("ENOSPC");
  disks.empty("api");
  writeFileSync(join(path, "more"), Buffer.alloc(4096, 1));
  expect(readFileSync(join(path, "kept"), "utf8")).toBe("kept");
  disks.unmountAll();
  expect(readFileSync("/proc/mounts", "utf8")).not.toContain(path);
});
