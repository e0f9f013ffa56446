import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, type ProcessIdentity } from "./identity.js";

const GRACE_MS = 2_000;

/** Ends those of the processes that still live: SIGTERM, then SIGKILL. Answers how many there were. */
export async function endProcesses(processes: readonly ProcessIdentity[]): Promise<number> {
  const living = processes.filter(isAlive);
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const deadline = performance.now() + GRACE_MS;
    for (const identity of living.filter(isAlive)) send(identity.pid, signal);
    while (living.some(isAlive) && performance.now() < deadline) await sleep(20);
  }
  return living.length;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Ended meanwhile.
  }
}
