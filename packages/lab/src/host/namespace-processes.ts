import { readdirSync, readlinkSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { netnsPath } from "../names.js";

const GRACE_MS = 1_000;

/** Ends every process that lives in one of the namespaces: SIGTERM, then SIGKILL. */
export async function endProcessesIn(namespaces: readonly string[]): Promise<void> {
  const inodes = inodesOf(namespaces);
  if (inodes.size === 0) return;
  const deadline = performance.now() + GRACE_MS;
  let signal: NodeJS.Signals = "SIGTERM";
  for (;;) {
    const pids = pidsIn(inodes);
    if (pids.length === 0) return;
    for (const pid of pids) send(pid, signal);
    if (signal === "SIGKILL" && performance.now() > deadline + 5 * GRACE_MS) {
      throw new Error(`processes ${pids.join(", ")} cannot be ended`);
    }
    await sleep(20);
    signal = performance.now() > deadline ? "SIGKILL" : "SIGTERM";
  }
}

/** Processes whose network namespace is one of the named ones. */
export function processesIn(namespaces: readonly string[]): number[] {
  return pidsIn(inodesOf(namespaces));
}

function inodesOf(namespaces: readonly string[]): Set<string> {
  const inodes = new Set<string>();
  for (const name of namespaces) {
    try {
      inodes.add(`net:[${statSync(netnsPath(name)).ino}]`);
    } catch {
      // Gone meanwhile: nobody can be found in it by name.
    }
  }
  return inodes;
}

function pidsIn(inodes: ReadonlySet<string>): number[] {
  const pids: number[] = [];
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    try {
      if (inodes.has(readlinkSync(`/proc/${entry}/ns/net`))) pids.push(Number(entry));
    } catch {
      // Ended between the two looks.
    }
  }
  return pids;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Ended meanwhile.
  }
}
