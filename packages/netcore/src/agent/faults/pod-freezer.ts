import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Log } from "../log.js";

/** What a frozen pod forks before it is stopped is stopped at the next look, ms. */
const LOOK_MS = 200;

/**
 * Stops every process of a pod, and lets it go on (SIGSTOP, SIGCONT): the pod's wires stay up, and nobody answers. A
 * process belongs to a pod when it lives in its network namespace.
 */
export class PodFreezer {
  private readonly frozen = new Set<string>();
  /** To be let go as soon as their namespace is known: an earlier life of this agent may have stopped them. */
  private readonly thawing = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    /** Inode of a managed pod's namespace; undefined while there is none. */
    private readonly inodeOf: (podUid: string) => string | undefined,
    private readonly log: Log,
  ) {}

  /** These pods shall be frozen from now on, and of all others none that ever was. */
  set(podUids: ReadonlySet<string>): void {
    for (const uid of this.frozen) {
      if (podUids.has(uid)) continue;
      this.frozen.delete(uid);
      this.thawing.add(uid);
    }
    for (const uid of podUids) {
      this.frozen.add(uid);
      this.thawing.delete(uid);
    }
    this.look();
  }

  /** These may have been left frozen. */
  thaw(podUids: Iterable<string>): void {
    for (const uid of podUids) if (!this.frozen.has(uid)) this.thawing.add(uid);
    this.look();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private look(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const uid of this.frozen) this.signal(uid, "SIGSTOP");
    for (const uid of [...this.thawing]) if (this.signal(uid, "SIGCONT")) this.thawing.delete(uid);
    if (this.frozen.size + this.thawing.size > 0) this.timer = setTimeout(() => this.look(), LOOK_MS);
  }

  /** False while the pod has no namespace. */
  private signal(podUid: string, name: "SIGSTOP" | "SIGCONT"): boolean {
    const inode = this.inodeOf(podUid);
    if (inode === undefined) return false;
    for (const pid of processesIn(inode)) {
      try {
        if (isStopped(pid) !== (name === "SIGSTOP")) process.kill(pid, name);
      } catch (error) {
        if ((error as { code?: string }).code !== "ESRCH") {
          this.log("warn", "cannot signal a pod's process", { pid, name, error: (error as Error).message });
        }
      }
    }
    return true;
  }
}

function processesIn(inode: string): number[] {
  const link = `net:[${inode}]`;
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) return [];
    try {
      return readlinkSync(`/proc/${entry}/ns/net`) === link ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });
}

/** proc(5), the state of `stat`: T while stopped by a signal. */
function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("T");
  } catch {
    return false;
  }
}
