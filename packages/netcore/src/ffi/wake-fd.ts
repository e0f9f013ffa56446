import { lastErrno, libc } from "./libc.js";
import { SystemError } from "./system-error.js";

// include/uapi/linux/eventfd.h
const EFD_NONBLOCK = 0o4000;
const EFD_CLOEXEC = 0o2000000;
const ONE = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);

/** A descriptor that becomes readable when `wakeThread` is called from any thread (eventfd(2)). Throws SystemError. */
export function openWakeFd(): number {
  const fd = libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) throw new SystemError("eventfd", lastErrno(), "wake");
  return fd;
}

export function wakeThread(fd: number): void {
  libc.write(fd, ONE, ONE.length);
}

/** Makes it unreadable again; to be called before looking at what the waking was for. */
export function clearWakeFd(fd: number): void {
  libc.read(fd, Buffer.alloc(8), 8);
}
