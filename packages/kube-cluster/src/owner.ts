import { readFileSync } from "node:fs";

/** The process a cluster belongs to; with its start, because pids are reused. */
export interface Owner {
  pid: number;
  /** Clock ticks since boot, field 22 of /proc/PID/stat (proc(5)). */
  startTime: string;
  bootId: string;
}

export function ownOwner(): Owner {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? "", bootId: bootId() };
}

/** True while that very process exists. */
export function isOwnerAlive(owner: Owner): boolean {
  return owner.bootId === bootId() && startTimeOf(owner.pid) === owner.startTime;
}

function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command may hold spaces and parentheses: fields count from the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
}
