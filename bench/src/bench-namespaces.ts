import { execFileSync } from "node:child_process";

let count = 0;
const open = new Set<BenchNamespaces>();

// `using` does not run when the process is told to end.
process.on("exit", () => {
  for (const namespaces of open) namespaces[Symbol.dispose]();
});

/** Network namespaces of one measurement, removed at its end whatever happens. */
export class BenchNamespaces {
  readonly #names: string[] = [];

  constructor() {
    open.add(this);
  }

  /** Makes one and returns its path. */
  add(role: string): string {
    const name = `rb-${process.pid}-${count++}-${role}`;
    execFileSync("ip", ["netns", "add", name]);
    this.#names.push(name);
    execFileSync("ip", ["-n", name, "link", "set", "lo", "up"]);
    return `/run/netns/${name}`;
  }

  [Symbol.dispose](): void {
    open.delete(this);
    for (const name of this.#names.splice(0)) {
      try {
        execFileSync("ip", ["netns", "del", name], { stdio: "ignore" });
      } catch {
        // Gone already.
      }
    }
  }
}

/** Name of a namespace path, as `ip -n` takes it. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Runs many lines through one `ip -batch` or `tc -batch`. */
export function batch(program: "ip" | "tc", netns: string | undefined, lines: string[]): void {
  const inside = netns === undefined ? [] : ["-n", nameOf(netns)];
  execFileSync(program, [...inside, "-batch", "-"], {
    input: `${lines.join("\n")}\n`,
    stdio: ["pipe", "ignore", "inherit"],
  });
}
