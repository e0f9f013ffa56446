import { readdirSync, readFileSync } from "node:fs";

/** What can be left over on a machine: named namespaces, the host's interfaces, processes. */
export interface Machine {
  namespaces: string[];
  interfaces: string[];
  processes: string[];
}

/**
 * Reads what exists now that carries one of `marks` in its name or command line.
 *
 * Marks are needed because other work may go on beside a test.
 */
export function machine(...marks: string[]): Machine {
  const marked = (text: string) => marks.some((mark) => text.includes(mark));
  return {
    namespaces: list("/run/netns").filter(marked).sort(),
    interfaces: list("/sys/class/net").filter(marked).sort(),
    processes: list("/proc")
      .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
      .map((pid) => `${pid} ${commandLine(pid)}`)
      .filter(marked)
      .sort(),
  };
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}
