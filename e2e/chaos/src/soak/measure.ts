import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Change, List } from "@ratchet/contracts";
import type { Lab } from "@ratchet/lab";
import type { Client } from "@ratchet/testkit";
import type { HeldMemory } from "./held-memory.js";
import type { Sample } from "./judge.js";

/** Measures a running lab. */
export async function measure(lab: Lab, client: Client, holding: HeldMemory, cycles: number): Promise<Sample> {
  const memory: Record<string, number> = {};
  const held: Record<string, number> = {};
  for (const [name, pid] of Object.entries(lab.pids())) {
    if (pid === undefined) continue;
    held[name] = await holding.bytesOf(pid);
    memory[name] = residentBytes(pid);
  }
  const data = join(lab.dataDir, "api");
  const { changes, oldest } = await readHistory(client);
  return {
    cycles,
    memory,
    held,
    storeBytes: sizeOf(join(data, "store.db")) + sizeOf(join(data, "store.db-wal")),
    historyBytes: sizeOf(join(data, "history.db")) + sizeOf(join(data, "history.db-wal")),
    changes,
    oldestSeconds: oldest === undefined ? 0 : (Date.now() - Date.parse(oldest)) / 1000,
  };
}

/** VmRSS of proc_pid_status(5). */
function residentBytes(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) * 1024;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function readHistory(client: Client): Promise<{ changes: number; oldest: string | undefined }> {
  let changes = 0;
  let oldest: string | undefined;
  for (let next: string | undefined = ""; next !== undefined; ) {
    const page: List<Change> = await client.must("GET", `/api/v1/changes?limit=1000${next}`);
    changes += page.items.length;
    oldest = page.items.at(-1)?.at ?? oldest;
    next = page.metadata.continue === undefined ? undefined : `&continue=${encodeURIComponent(page.metadata.continue)}`;
  }
  return { changes, oldest };
}
