import { libc } from "./libc.js";

// include/uapi/linux/sched.h, include/uapi/linux/prctl.h
const SCHED_RR = 2;
const SCHED_RESET_ON_FORK = 0x4000_0000;
const PR_SET_TIMERSLACK = 29;
const LOWEST_PRIORITY = 1;

/**
 * Puts the calling thread before everything that is not real-time, and has its timers end when they are due (the
 * kernel's default is up to 50 us later). False where this is not allowed: in a container without CAP_SYS_NICE, or in
 * a cgroup without a share of real time.
 */
export function runThreadInTime(): boolean {
  const priority = Buffer.alloc(4);
  priority.writeInt32LE(LOWEST_PRIORITY);
  const isAllowed = libc.sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, priority) === 0;
  libc.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  return isAllowed;
}
