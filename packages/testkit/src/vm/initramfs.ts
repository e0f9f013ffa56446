import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DebianKernel } from "./debian-kernel.js";

export interface Contents {
  /** Modules that are loaded at start, and every module they need. */
  modules: readonly string[];
  /** Programs, by path on this machine; their libraries come along. They lie in /usr/bin. */
  programs: readonly string[];
  /** Files and folders: where they lie there, and where they are here. */
  files: ReadonlyMap<string, string>;
  /** Run after the system is up, with `sh -c`. */
  command: string;
}

/** What the console says last, with the command's exit code. */
export const END_MARK = "RATCHET-VM-ENDED";

/** Builds the root of a virtual machine that lies in memory: writes `archive` (cpio) from a tree made in `folder`. */
export function buildInitramfs(kernel: DebianKernel, contents: Contents, folder: string, archive: string): void {
  const root = join(folder, "root");
  for (const name of ["bin", "usr/bin", "proc", "sys", "dev", "run", "tmp", "root", "etc", "lib/modules"]) {
    mkdirSync(join(root, name), { recursive: true });
  }
  copyProgram(root, findProgram("busybox"), "bin/busybox");
  const order = copyModules(root, kernel, contents.modules);
  for (const program of contents.programs) copyProgram(root, program, join("usr/bin", program.split("/").at(-1) ?? ""));
  for (const [there, here] of contents.files) {
    mkdirSync(dirname(join(root, there)), { recursive: true });
    cpSync(realpathSync(here), join(root, there), { recursive: true, dereference: true });
  }
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  writeFileSync(join(root, "init"), init(order, contents.command), { mode: 0o755 });
  const names = execFileSync("find", [".", "-print0"], { cwd: root, maxBuffer: 64 << 20 });
  const output = openSync(archive, "w");
  execFileSync("busybox", ["cpio", "-0", "-o", "-H", "newc"], {
    ...{ cwd: root, input: names },
    stdio: ["pipe", output, "pipe"],
  });
}

function init(modules: readonly string[], command: string): string {
  return `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/usr/bin:/bin HOME=/root
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
mount -t tmpfs run /run; mount -t tmpfs tmp /tmp; mkdir -p /run/netns /dev/shm /dev/net
${modules.map((path) => `insmod ${path}`).join("\n")}
[ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200
ip link set lo up
(${command}) </dev/null 2>&1
echo "${END_MARK} $?"
poweroff -f
`;
}

/** Returns paths in the order in which they have to be loaded. */
function copyModules(root: string, kernel: DebianKernel, wanted: readonly string[]): string[] {
  const needs = new Map<string, string[]>();
  for (const line of readFileSync(join(kernel.modules, "modules.dep"), "utf8").split("\n")) {
    const [path = "", rest = ""] = line.split(":");
    if (path !== "")
      needs.set(
        path,
        rest.split(" ").filter((item) => item !== ""),
      );
  }
  const nameOf = (path: string) =>
    path
      .split("/")
      .at(-1)
      ?.replace(/\.ko(\.xz)?$/, "")
      .replaceAll("-", "_");
  const order: string[] = [];
  const add = (path: string) => {
    if (order.includes(path)) return;
    for (const other of needs.get(path) ?? []) add(other);
    order.push(path);
  };
  for (const name of wanted) {
    // What is not a module is part of the kernel.
    const path = [...needs.keys()].find((candidate) => nameOf(candidate) === name);
    if (path !== undefined) add(path);
  }
  return order.map((path) => {
    const there = join("/lib/modules", path.split("/").at(-1) ?? "");
    cpSync(join(kernel.modules, path.replace(/^.*?(?=kernel\/)/, "")), join(root, there));
    return there;
  });
}

function copyProgram(root: string, path: string, there: string): void {
  cpSync(realpathSync(path), join(root, there));
  for (const library of librariesOf(path)) {
    const target = join(root, library);
    if (existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    cpSync(realpathSync(library), target);
  }
}

/** As the dynamic linker would find them; none for a static program. */
function librariesOf(path: string): string[] {
  try {
    const text = execFileSync("ldd", [path], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return [...text.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1] ?? "");
  } catch {
    return [];
  }
}

/** Where a program is. Throws naming it. */
export function findProgram(name: string): string {
  for (const folder of ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/bin"]) {
    if (existsSync(join(folder, name))) return join(folder, name);
  }
  throw new Error(`${name} is not on this machine: install it, or run npm test, which does`);
}
