import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Debian's kernel for virtual machines: the meta package that names the present one. */
const META_PACKAGE = "linux-image-cloud-amd64";

export interface DebianKernel {
  release: string;
  image: string;
  /** `/lib/modules/RELEASE` of it, with `modules.dep`. */
  modules: string;
}

/**
 * Debian's own kernel, taken out of its package and installed nowhere; kept in `cacheFolder`. Throws with what to do
 * where it cannot be had.
 */
export function debianKernel(cacheFolder: string): DebianKernel {
  const folder = join(cacheFolder, "kernel");
  if (!existsSync(folder)) fetchInto(folder, cacheFolder);
  const [release] = readdirSync(join(folder, "lib/modules"));
  if (release === undefined) throw new Error(`${folder} has no kernel: delete it, and it is fetched again`);
  return { release, image: join(folder, "boot", `vmlinuz-${release}`), modules: join(folder, "lib/modules", release) };
}

function fetchInto(folder: string, cacheFolder: string): void {
  mkdirSync(cacheFolder, { recursive: true });
  const work = mkdtempSync(join(cacheFolder, "fetch-"));
  try {
    const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: work, encoding: "utf8" });
    const name = /Depends: (linux-image-\S+)/.exec(run("apt-cache", "depends", META_PACKAGE))?.[1];
    if (name === undefined) throw new Error(`apt-cache knows no ${META_PACKAGE}: run apt-get update`);
    run("apt-get", "-q", "download", name);
    const deb = readdirSync(work).find((file) => file.endsWith(".deb"));
    if (deb === undefined) throw new Error(`apt-get download ${name} left no package`);
    const root = join(work, "root");
    run("dpkg-deb", "-x", deb, root);
    const [release = ""] = readdirSync(join(root, "lib/modules"));
    run("busybox", "depmod", "-b", root, release);
    // Whole or not at all: another process may be doing the same.
    if (!existsSync(folder)) renameSync(root, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
