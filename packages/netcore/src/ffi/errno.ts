/**
 * Linux errno values that netlink, namespaces and mounts answer with.
 *
 * Source: include/uapi/asm-generic/errno{,-base}.h (x86-64 and arm64 share them) and, for ENOTSUPP,
 * include/linux/errno.h: it should stay inside the kernel and does not.
 */
const TABLE = {
  EPERM: [1, "operation not permitted"],
  ENOENT: [2, "no such file or object"],
  ESRCH: [3, "no such process or route"],
  EINTR: [4, "interrupted"],
  EIO: [5, "input/output error"],
  ENXIO: [6, "no such device or address"],
  E2BIG: [7, "argument list too long"],
  EBADF: [9, "bad file descriptor"],
  EAGAIN: [11, "try again"],
  ENOMEM: [12, "out of memory"],
  EACCES: [13, "permission denied"],
  EFAULT: [14, "bad address"],
  EBUSY: [16, "device or resource busy"],
  EEXIST: [17, "file exists"],
  EXDEV: [18, "cross-device link"],
  ENODEV: [19, "no such device"],
  ENOTDIR: [20, "not a directory"],
  EISDIR: [21, "is a directory"],
  EINVAL: [22, "invalid argument"],
  ENFILE: [23, "too many open files in system"],
  EMFILE: [24, "too many open files"],
  ENOSPC: [28, "no space left on device"],
  EROFS: [30, "read-only file system"],
  EPIPE: [32, "broken pipe"],
  ERANGE: [34, "numerical result out of range"],
  ENAMETOOLONG: [36, "name too long"],
  ENOSYS: [38, "function not implemented"],
  ELOOP: [40, "too many levels of symbolic links"],
  ENODATA: [61, "no data available"],
  ETIME: [62, "timer expired"],
  ENOTUNIQ: [76, "name not unique on network"],
  EBADMSG: [74, "bad message"],
  EOVERFLOW: [75, "value too large for defined data type"],
  EMSGSIZE: [90, "message too long"],
  EPROTONOSUPPORT: [93, "protocol not supported"],
  EOPNOTSUPP: [95, "operation not supported"],
  EPFNOSUPPORT: [96, "protocol family not supported"],
  EAFNOSUPPORT: [97, "address family not supported by protocol"],
  EADDRINUSE: [98, "address already in use"],
  EADDRNOTAVAIL: [99, "cannot assign requested address"],
  ENETDOWN: [100, "network is down"],
  ENETUNREACH: [101, "network is unreachable"],
  ECONNREFUSED: [111, "connection refused"],
  ENOBUFS: [105, "no buffer space available"],
  ENOTCONN: [107, "not connected"],
  ETIMEDOUT: [110, "timed out"],
  EHOSTUNREACH: [113, "no route to host"],
  EALREADY: [114, "operation already in progress"],
  EINPROGRESS: [115, "operation now in progress"],
  EUCLEAN: [117, "structure needs cleaning"],
  ENOTSUPP: [524, "operation not supported"],
} as const;

export type ErrnoName = keyof typeof TABLE;

/** A name of the table, or `E<number>` for one the table lacks. */
export type ErrnoCode = ErrnoName | `E${number}`;

const BY_NUMBER = new Map<number, { code: ErrnoName; text: string }>(
  Object.entries(TABLE).map(([code, [errno, text]]) => [errno, { code: code as ErrnoName, text }]),
);

export function errnoOf(name: ErrnoName): number {
  return TABLE[name][0];
}

export function errnoName(errno: number): ErrnoCode {
  return BY_NUMBER.get(errno)?.code ?? `E${errno}`;
}

export function errnoText(errno: number): string {
  return BY_NUMBER.get(errno)?.text ?? `error ${errno}`;
}
