import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = "/sys/fs/cgroup";

/**
 * The control group of one cluster. Daemons, shims and containers are all below it, however often they fork and
 * whoever of them dies: it is what finds them again.
 */
export class ControlGroup {
  constructor(readonly mark: string) {}

  /** `cgroup.procs` of the group that daemons of `part` are put in. */
  daemonsFile(part: string): string {
    const folder = join(hierarchies()[0] ?? ROOT, this.mark, `${part}-daemons`);
    mkdirSync(folder, { recursive: true });
    return join(folder, "cgroup.procs");
  }

  /** Parent of the containers of `part`, as kubelet's `cgroupRoot`. */
  containers(part: string): string {
    for (const hierarchy of hierarchies()) mkdirSync(join(hierarchy, this.mark, part), { recursive: true });
    return `/${this.mark}/${part}`;
  }

  /** Pids below a part (`left`, `left-daemons`), or of the whole cluster. */
  pids(part = ""): number[] {
    const found = new Set<number>();
    for (const hierarchy of hierarchies()) {
      for (const group of groupsBelow(join(hierarchy, this.mark, part))) {
        for (const pid of pidsIn(group)) found.add(pid);
      }
    }
    return [...found];
  }

  /** Paths of its groups in all hierarchies. */
  groups(): string[] {
    return hierarchies().flatMap((hierarchy) => groupsBelow(join(hierarchy, this.mark)));
  }

  /** Removes the emptied groups. */
  remove(part = ""): void {
    for (const hierarchy of hierarchies()) {
      for (const group of groupsBelow(join(hierarchy, this.mark, part)).reverse()) {
        try {
          rmdirSync(group);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        }
      }
    }
  }
}

/** Mounted hierarchies; the one that daemons are put in first. Version 2 has a single one. */
function hierarchies(): string[] {
  if (existsSync(join(ROOT, "cgroup.controllers"))) return [ROOT];
  const names = readdirSync(ROOT).filter((name) => existsSync(join(ROOT, name, "cgroup.procs")));
  return names.sort((a, b) => Number(b === "pids") - Number(a === "pids")).map((name) => join(ROOT, name));
}

/** A group and all below it, parents first. */
function groupsBelow(group: string): string[] {
  let names: string[];
  try {
    names = readdirSync(group, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
  return [group, ...names.flatMap((name) => groupsBelow(join(group, name)))];
}

function pidsIn(group: string): number[] {
  try {
    return readFileSync(join(group, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
