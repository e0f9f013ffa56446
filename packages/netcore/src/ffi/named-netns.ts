import { closeSync, constants, existsSync, mkdirSync, openSync, readFileSync, unlinkSync } from "node:fs";
import { lastErrno, libc } from "./libc.js";
import { OWN_NETNS, withNewNetns } from "./netns.js";
import { isSystemError, SystemError } from "./system-error.js";

// include/uapi/linux/mount.h
const MS_BIND = 0x1000;
const MS_REC = 0x4000;
const MS_SHARED = 1 << 20;
const MNT_DETACH = 2;

/** Where iproute2 keeps names of namespaces; the same place makes ours visible to `ip netns`. */
export const NETNS_FOLDER = "/run/netns";

export function namedNetnsPath(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/.test(name)) throw new TypeError(`not a namespace name: ${name}`);
  return `${NETNS_FOLDER}/${name}`;
}

/**
 * Makes a network namespace with a name, as `ip netns add` does, and returns its path.
 * Throws SystemError EEXIST when the name is taken.
 */
export function createNamedNetns(name: string): string {
  const path = namedNetnsPath(name);
  shareNetnsFolder();
  try {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_CREAT | constants.O_EXCL, 0));
  } catch (error) {
    throw new SystemError("create namespace", -((error as { errno?: number }).errno ?? 0), path);
  }
  try {
    withNewNetns(() => {
      if (libc.mount(OWN_NETNS, path, "none", MS_BIND, null) < 0) throw new SystemError("mount", lastErrno(), path);
    });
  } catch (error) {
    unlinkSync(path);
    throw error;
  }
  return path;
}

/** Takes the name away; the kernel ends the namespace when its last process or descriptor goes. Absent = success. */
export function deleteNamedNetns(name: string): void {
  const path = namedNetnsPath(name);
  if (libc.umount2(path, MNT_DETACH) < 0) {
    const error = new SystemError("umount", lastErrno(), path);
    // EINVAL: a file that nothing is mounted on, left by somebody who died between the two steps.
    if (!isSystemError(error, "ENOENT", "EINVAL")) throw error;
  }
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
  }
}

export function namedNetnsExists(name: string): boolean {
  return existsSync(namedNetnsPath(name));
}

// Without a shared mount, processes in other mount namespaces (containers, `ip netns exec`) keep a deleted
// namespace alive: they hold private copies of its bind mount that nothing unmounts (iproute2, ip/ipnetns.c).
function shareNetnsFolder(): void {
  if (isSharedMount(NETNS_FOLDER)) return;
  mkdirSync(NETNS_FOLDER, { recursive: true, mode: 0o755 });
  if (libc.mount("", NETNS_FOLDER, "none", MS_SHARED | MS_REC, null) === 0) return;
  if (libc.mount(NETNS_FOLDER, NETNS_FOLDER, "none", MS_BIND | MS_REC, null) < 0) {
    throw new SystemError("mount", lastErrno(), NETNS_FOLDER);
  }
  if (libc.mount("", NETNS_FOLDER, "none", MS_SHARED | MS_REC, null) < 0) {
    throw new SystemError("share mount", lastErrno(), NETNS_FOLDER);
  }
}

function isSharedMount(folder: string): boolean {
  // proc(5) mountinfo: the fifth field is the mount point, optional fields such as shared:N follow up to a dash.
  return readFileSync("/proc/thread-self/mountinfo", "utf8")
    .split("\n")
    .some((line) => line.split(" ")[4] === folder && (line.split(" - ")[0] ?? "").includes(" shared:"));
}
