import { readFileSync, writeFileSync } from "node:fs";
import { errnoOf } from "../ffi/errno.js";
import { SystemError } from "../ffi/system-error.js";

// In a container /proc/sys is read-only; the host's, mounted elsewhere, shows the namespace of whoever asks just the same.
const ROOT = `${process.env.RATCHET_PROC_SYS || "/proc/sys"}/`;

/**
 * The file of a per-namespace setting. Names are sysctl(8)'s: dots separate, unless the first separator is a slash.
 * Throws TypeError for anything outside `net` and for names that could leave it.
 */
export function sysctlPath(name: string): string {
  const isSlashed = /^[^./]*\//.test(name);
  const path = isSlashed ? name : name.replaceAll(".", "/");
  const parts = path.split("/");
  const isValid = parts.length >= 3 && parts.every((part) => /^[\w.@+-]+$/.test(part) && part !== "." && part !== "..");
  if (!isValid || parts[0] !== "net") throw new TypeError(`not a setting of a network namespace: ${name}`);
  return ROOT + path;
}

/** Writes a setting of the namespace this thread is in. Throws TypeError or SystemError. */
export function writeSysctl(name: string, value: string): void {
  const path = sysctlPath(name);
  if (!/^[\x20-\x7e\t]{1,256}$/.test(value)) throw new TypeError(`not a value for ${name}`);
  try {
    writeFileSync(path, value, { flag: "r+" });
  } catch (error) {
    throw new SystemError("write", -((error as { errno?: number }).errno ?? -errnoOf("EIO")), name);
  }
}

/** Reads a setting of the namespace this thread is in; undefined when it does not exist. */
export function readSysctl(name: string): string | undefined {
  try {
    return readFileSync(sysctlPath(name), "utf8").trim();
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}
