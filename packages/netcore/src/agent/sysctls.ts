import { writeSysctl } from "../executor/sysctl.js";
import { withNetns } from "../ffi/netns.js";
import { isSystemError } from "../ffi/system-error.js";

export interface SysctlFailure {
  key: string;
  message: string;
}

/** Writes sysctls inside a namespace; returns those that failed. */
export function writeSysctls(netnsPath: string, sysctls: Record<string, string>): SysctlFailure[] {
  const entries = Object.entries(sysctls);
  if (entries.length === 0) return [];
  return withNetns(netnsPath, () =>
    entries.flatMap(([key, value]) => {
      try {
        writeSysctl(key, value);
        return [];
      } catch (error) {
        const isAbsent = isSystemError(error, "ENOENT");
        return [{ key, message: isAbsent ? "does not exist in this namespace" : (error as Error).message }];
      }
    }),
  );
}
