import { lastErrno, libc } from "./libc.js";
import { SystemError } from "./system-error.js";

/** linux/time.h */
const CLOCK_BOOTTIME = 7;

/**
 * ms since the machine booted, time asleep included (clock_gettime(2), CLOCK_BOOTTIME).
 * Nobody can set this clock, and it goes on while this process does not run.
 */
export function bootTimeMs(): number {
  const time = new Uint8Array(16);
  if (libc.clock_gettime(CLOCK_BOOTTIME, time) < 0) throw new SystemError("clock_gettime", lastErrno());
  const view = new DataView(time.buffer);
  return Number(view.getBigInt64(0, true)) * 1000 + Number(view.getBigInt64(8, true)) / 1_000_000;
}
