import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { drain } from "../conformance/steps.js";
import { openEmbeddedStore } from "./embedded-store.js";
import { groupKeys, groupsKept, writers } from "./fixture/groups.js";

const fixture = (name: string) => fileURLToPath(new URL(`./fixture/${name}`, import.meta.url));

describe("the embedded store's process", () => {
  let folder: string;
  let path: string;
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ratchet-crash-"));
    path = join(folder, "store.db");
  });
  afterEach(async () => {
    await kill();
    await rm(folder, { recursive: true });
  });

  /** Starts the writer; resolves once it has the store open. `answered` grows with what it was answered. */
  async function startWriter(): Promise<{ pid: number; answered: string[]; ended: Promise<unknown> }> {
    const stdio = ["ignore", "pipe", "inherit"] as const;
    child = spawn(process.execPath, ["--import", fixture("typescript.mjs"), fixture("writer.mjs"), path], {
      stdio: [...stdio],
    });
    const answered: string[] = [];
    const lines = createInterface({ input: child.stdout! });
    const ended = once(lines, "close");
    lines.on("line", (line) => answered.push(line));
    await Promise.race([once(lines, "line"), ended]);
    expect(answered.shift()).toBe("open");
    return { pid: child.pid!, answered, ended };
  }

  async function kill(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  it("loses nothing that was answered and halves nothing when killed at any moment, 20 times", async () => {
    let answers = 0;
    for (let round = 0; round < 20; round++) {
      const { answered, ended } = await startWriter();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 80));
      await kill();
      await ended;
      answers += answered.length;
      await expectWhole(answered);
    }
    expect(answers).toBeGreaterThan(100);
  }, 120_000);

  it("keeps a second process out, names the first, and leaves no lock behind when killed", async () => {
    const { pid } = await startWriter();
    await expect(openEmbeddedStore({ path })).rejects.toMatchObject({
      code: "Locked",
      message: `${path} is in use by process ${pid}: stop process ${pid}, or start with another data folder`,
    });
    await kill();
    const store = await openEmbeddedStore({ path });
    await store.close();
  });

  async function expectWhole(answered: string[]): Promise<void> {
    const store = await openEmbeddedStore({ path, historyRevisions: 100 });
    try {
      for (let writer = 0; writer < writers; writer++) {
        const mark = await store.get(`/mark/${writer}`);
        const last = Number(mark?.value ?? 0);
        const expected = Array.from({ length: Math.min(last, groupsKept) }, (_, i) =>
          groupKeys(writer, last - i),
        ).flat();
        const { entries } = await store.range(`/group/${writer}/`);
        expect(entries.map((entry) => entry.key).sort()).toEqual(expected.sort());
        for (const { key, value } of entries) {
          const n = Number(key.split("/")[3]);
          expect(value).toBe(`${writer} ${n} `.repeat(n % 50));
        }
        const mine = answered.map((line) => line.split(" ").map(Number)).filter(([by]) => by === writer);
        for (const [, n, revision] of mine) {
          expect(n).toBeLessThanOrEqual(last);
          if (n === last) expect(mark?.modRevision).toBe(revision);
          if (n! > last - groupsKept) expect((await store.get(`/group/${writer}/${n}/0`))?.modRevision).toBe(revision);
        }
      }
      const { compactRevision, revision } = await store.status();
      const kept = await drain(await store.watch("", { fromRevision: compactRevision + 1 }));
      expect(kept.map((batch) => batch.revision)).toEqual(
        Array.from({ length: revision - compactRevision }, (_, i) => compactRevision + 1 + i),
      );
    } finally {
      await store.close();
    }
  }
});
