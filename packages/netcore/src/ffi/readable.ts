import { isMainThread } from "node:worker_threads";
import { lastErrno, libc } from "./libc.js";
import { SystemError } from "./system-error.js";

// include/uapi/asm-generic/fcntl.h
const F_GETFL = 3;
const F_SETFL = 4;
const F_SETOWN = 8;
const O_NONBLOCK = 0o4000;
const O_ASYNC = 0o20000;

const watched = new Map<number, () => void>();
let isScheduled = false;
// Once and for good: a signal that is under way when the last watch ends would end the process without it.
let isHandled = false;

/**
 * Calls `onReadable` whenever more may be there to read on a socket that Node cannot watch itself (netlink, packet).
 * The descriptor becomes non-blocking; the callback reads until EAGAIN. Returns what ends the watch; closing the
 * descriptor stays the caller's. It does not keep the process alive.
 *
 * The kernel raises SIGIO (fcntl(2), O_ASYNC), which Node delivers in its loop: no thread waits anywhere, and ending
 * the watch takes effect at once. A signal says "something, somewhere", so everything watched is looked at.
 */
export function watchReadable(fd: number, onReadable: () => void): () => void {
  if (!isMainThread) throw new Error("signals reach the main thread only");
  // Before the descriptor may raise it: unhandled, SIGIO ends the process.
  if (!isHandled) process.on("SIGIO", schedule);
  isHandled = true;
  watched.set(fd, onReadable);
  const flags = libc.fcntl(fd, F_GETFL, 0);
  if (
    flags < 0 ||
    libc.fcntl(fd, F_SETOWN, process.pid) < 0 ||
    libc.fcntl(fd, F_SETFL, flags | O_NONBLOCK | O_ASYNC) < 0
  ) {
    const errno = lastErrno();
    watched.delete(fd);
    throw new SystemError("fcntl", errno, `fd ${fd}`);
  }
  // What arrived before the watch raised nothing.
  schedule();
  return () => {
    if (watched.get(fd) !== onReadable) return;
    libc.fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    watched.delete(fd);
  };
}

/** Has every watched descriptor looked at in the loop's next turn; many signals make one look. */
export function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(() => {
    isScheduled = false;
    for (const onReadable of [...watched.values()]) onReadable();
  });
}
