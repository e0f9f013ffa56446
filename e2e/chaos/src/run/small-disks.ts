import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { run } from "../look/namespace.js";

/** Source of our mounts, by which the next run knows those of one that was killed. */
const MARK = "ratchet-chaos-";
const FILLER = "filler";

/** Small file systems in memory, which can be filled up to the last byte. */
export class SmallDisks {
  readonly #paths = new Map<string, string>();

  /** Removes the disks of runs that ended without doing so. */
  static sweep(): void {
    for (const line of readFileSync("/proc/mounts", "utf8").split("\n")) {
      const [source = "", path = ""] = line.split(" ");
      const pid = Number(source.slice(MARK.length));
      if (source.startsWith(MARK) && !isAlive(pid)) execFileSync("umount", ["--lazy", path]);
    }
  }

  get names(): string[] {
    return [...this.#paths.keys()];
  }

  /** Puts one in the place of a folder, which then is empty. */
  mount(name: string, path: string, mebibytes: number): void {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m,mode=700`, `${MARK}${process.pid}`, path]);
    this.#paths.set(name, path);
  }

  /** Leaves no room on it. */
  async fill(name: string): Promise<void> {
    const path = this.#pathOf(name);
    const filler = join(path, FILLER);
    closeSync(openSync(filler, "a"));
    // Others write meanwhile: what was free a moment ago may not be any more.
    for (let share = 1; share > 0.01; share /= 2) {
      const { bavail, bsize } = statfsSync(path);
      const bytes = Math.floor(bavail * share) * bsize;
      if (bytes > 0) await run("fallocate", "--length", String(bytes), `${filler}-${share}`);
    }
  }

  empty(name: string): void {
    const path = this.#pathOf(name);
    rmSync(join(path, FILLER), { force: true });
    for (let share = 1; share > 0.01; share /= 2) rmSync(join(path, `${FILLER}-${share}`), { force: true });
  }

  emptyAll(): void {
    for (const name of this.#paths.keys()) this.empty(name);
  }

  /** Whoever still has a file open on one keeps it until he closes it. */
  unmountAll(): void {
    for (const path of this.#paths.values()) execFileSync("umount", ["--lazy", path]);
    this.#paths.clear();
  }

  #pathOf(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new Error(`there is no disk of ${name}`);
    return path;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
