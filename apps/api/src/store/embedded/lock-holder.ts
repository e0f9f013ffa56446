import { readFileSync, type Stats } from "node:fs";

/**
 * The process that holds a POSIX lock on the file, by /proc/locks (proc(5)); undefined when nobody does or the system
 * does not tell. Opens nothing: closing any descriptor of a file drops all locks its process has on it (fcntl(2)).
 */
export function lockHolder(file: Stats): number | undefined {
  let locks: string;
  try {
    locks = readFileSync("/proc/locks", "utf8");
  } catch {
    return undefined;
  }
  return parseLockHolder(locks, file.dev, file.ino);
}

/** `locks`: text of /proc/locks, whose lines are like `1: POSIX  ADVISORY  WRITE 7350 fe:00:9977883 0 EOF`. */
export function parseLockHolder(locks: string, dev: number, ino: number): number | undefined {
  for (const line of locks.split("\n")) {
    const [, type, , , pid, place] = line.trim().split(/\s+/);
    if (type !== "POSIX" || place === undefined) continue;
    const [major, minor, inode] = place.split(":");
    if (Number(inode) !== ino || deviceOf(Number.parseInt(major!, 16), Number.parseInt(minor!, 16)) !== dev) continue;
    return Number(pid);
  }
  return undefined;
}

/** As makedev(3) of glibc puts it together, for numbers within 32 bits. */
function deviceOf(major: number, minor: number): number {
  return (minor & 0xff) + ((major & 0xfff) << 8) + (minor & ~0xff) * 2 ** 12;
}
