import { setTimeout as delay } from "node:timers/promises";

/** kill -9 to all that `list` finds, again until it finds none: what is being killed may still fork. */
export async function endProcesses(list: () => number[], what: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (let pids = list(); pids.length > 0; pids = list()) {
    if (performance.now() > deadline) throw new Error(`${what}: processes ${pids.join(" ")} do not end`);
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // Gone meanwhile.
      }
    }
    await delay(10);
  }
}
