import { type BigIntStats, closeSync, constants, fstatSync, openSync, statSync } from "node:fs";
import { errnoOf } from "./errno.js";
import { lastErrno, libc } from "./libc.js";
import { SystemError } from "./system-error.js";

/** A namespace as a path that setns(2) accepts (`/run/netns/x`, `/proc/1/ns/net`) or an open descriptor of one. */
export type NetnsRef = string | number;

/** What tells one namespace from another while both live: the nsfs device and inode (namespaces(7)). */
export interface NetnsIdentity {
  dev: bigint;
  inode: bigint;
}

const CLONE_NEWNET = 0x40000000;

// Of this thread, not of the process: /proc/self names the main thread, also inside a worker.
export const OWN_NETNS = "/proc/thread-self/ns/net";

/** Opens a namespace for reading; throws SystemError (ENOENT, EACCES). The caller closes it with `closeNetns`. */
export function openNetns(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY);
  } catch (error) {
    throw new SystemError("open", -((error as { errno?: number }).errno ?? -errnoOf("EIO")), path);
  }
}

export function closeNetns(fd: number): void {
  closeSync(fd);
}

/**
 * Runs `fn` with this thread inside the namespace and returns to where it was, also when `fn` throws.
 *
 * `fn` must be synchronous: after an `await` other code of this thread would run in the wrong namespace.
 * A thread that cannot return would go on changing somebody else's network, so the process aborts then.
 */
export function withNetns<T>(netns: NetnsRef, fn: () => T): T {
  const target = typeof netns === "number" ? netns : openNetns(netns);
  try {
    const home = openNetns(OWN_NETNS);
    try {
      if (libc.setns(target, CLONE_NEWNET) < 0) throw new SystemError("setns", lastErrno(), String(netns));
      return fn();
    } finally {
      returnHome(home);
    }
  } finally {
    if (typeof netns === "string") closeNetns(target);
  }
}

/** As `withNetns` for a namespace that is made now and, unless `fn` pins it, is gone afterwards. */
export function withNewNetns<T>(fn: () => T): T {
  const home = openNetns(OWN_NETNS);
  try {
    if (libc.unshare(CLONE_NEWNET) < 0) throw new SystemError("unshare", lastErrno(), "network namespace");
    return fn();
  } finally {
    returnHome(home);
  }
}

function returnHome(home: number): void {
  if (libc.setns(home, CLONE_NEWNET) < 0) {
    process.stderr.write(`fatal: cannot return to the own network namespace (errno ${lastErrno()})\n`);
    process.abort();
  }
  closeNetns(home);
}

/** Identity of the namespace behind a path or descriptor; undefined when the path leads nowhere. */
export function netnsIdentity(netns: NetnsRef): NetnsIdentity | undefined {
  const stats = statNetns(netns);
  return stats === undefined ? undefined : { dev: stats.dev, inode: stats.ino };
}

export function isSameNetns(a: NetnsIdentity | undefined, b: NetnsIdentity | undefined): boolean {
  return a !== undefined && b !== undefined && a.dev === b.dev && a.inode === b.inode;
}

function statNetns(netns: NetnsRef): BigIntStats | undefined {
  try {
    return typeof netns === "number" ? fstatSync(netns, { bigint: true }) : statSync(netns, { bigint: true });
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ESRCH") return undefined;
    throw error;
  }
}
