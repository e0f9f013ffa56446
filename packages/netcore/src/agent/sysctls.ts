import { writeFileSync } from "node:fs";
import { withNetns } from "../ffi/netns.js";

/**
 * Where a sysctl lies below /proc/sys, or undefined when it is not one of the network namespace.
 * As sysctl(8): the first separator decides, so that `net/ipv4/conf/eth0.1/forwarding` can name a dotted interface.
 */
export function sysctlPath(key: string): string | undefined {
  const slash = key.indexOf("/");
  const dot = key.indexOf(".");
  const isSlashed = slash !== -1 && (dot === -1 || slash < dot);
  const parts = isSlashed ? key.split("/") : key.split(".");
  if (parts[0] !== "net" || parts.length < 3) return undefined;
  if (parts.some((part) => part === "" || part === "." || part === ".." || part.includes("/") || part.includes("\0"))) {
    return undefined;
  }
  return `/proc/sys/${parts.join("/")}`;
}

export interface SysctlFailure {
  key: string;
  message: string;
}

/** Writes sysctls inside a namespace; /proc/sys/net shows the writing thread's own. Returns those that failed. */
export function writeSysctls(netnsPath: string, sysctls: Record<string, string>): SysctlFailure[] {
  const entries = Object.entries(sysctls);
  if (entries.length === 0) return [];
  return withNetns(netnsPath, () =>
    entries.flatMap(([key, value]) => {
      const path = sysctlPath(key);
      if (path === undefined) return [{ key, message: "is not a sysctl of the network namespace" }];
      try {
        writeFileSync(path, value, { flag: "r+" });
        return [];
      } catch (error) {
        const code = (error as { code?: string }).code ?? "failed";
        return [{ key, message: code === "ENOENT" ? "does not exist in this namespace" : code }];
      }
    }),
  );
}
