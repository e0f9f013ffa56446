import { execFile, spawn } from "node:child_process";

/** An interface as `ip -j -d addr show` prints it. */
export interface IpLink {
  ifindex: number;
  ifname: string;
  address: string;
  mtu: number;
  flags: string[];
  operstate: string;
  link_index?: number;
  link_netnsid?: number;
  ifalias?: string;
  addr_info: { family: string; local: string; prefixlen: number; scope: string }[];
  linkinfo?: { info_kind?: string; info_data?: { id?: number; remote?: string; local?: string; port?: number } };
}

export interface IpRoute {
  dst: string;
  gateway?: string;
  dev: string;
  table?: string;
  protocol: string;
  type?: string;
}

/** `ip` or `tc` in a namespace, one process for all lines; its stdout. Lines that fail are passed over. */
export function batch(
  program: "ip" | "tc",
  netns: string,
  lines: readonly string[],
  ...flags: string[]
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ["-n", netns, ...flags, "-force", "-batch", "-"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stdin.on("error", () => {});
    child.on("error", reject);
    child.on("close", () => resolve(output));
    child.stdin.end(`${lines.join("\n")}\n`);
  });
}

/** A command; its stdout, and whether it succeeded. */
export function run(command: string, ...argv: string[]): Promise<{ isOk: boolean; stdout: string }> {
  return new Promise((resolve) => {
    execFile(command, argv, { maxBuffer: 64 << 20 }, (error, stdout) => resolve({ isOk: error === null, stdout }));
  });
}

/** The documents of a batch, one a line. */
export function documents<T>(output: string): T[] {
  return output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as T);
}
