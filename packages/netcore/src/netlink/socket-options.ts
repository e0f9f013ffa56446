import { lastErrno, libc } from "../ffi/libc.js";
import { SystemError } from "../ffi/system-error.js";

// include/uapi/asm-generic/socket.h, include/linux/socket.h, include/uapi/linux/netlink.h
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVTIMEO = 20;
const SO_RCVBUFFORCE = 33;
export const SOL_NETLINK = 270;
export const NETLINK_ADD_MEMBERSHIP = 1;
export const NETLINK_LISTEN_ALL_NSID = 8;
export const NETLINK_CAP_ACK = 10;
export const NETLINK_EXT_ACK = 11;
export const NETLINK_GET_STRICT_CHK = 12;

export function setIntOption(fd: number, level: number, option: number, value: number): boolean {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return libc.setsockopt(fd, level, option, bytes, 4) === 0;
}

/** Asks for a receive buffer beyond net.core.rmem_max where allowed; returns the bytes the kernel accounts against. */
export function setReceiveBuffer(fd: number, bytes: number): number {
  if (!setIntOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes)) setIntOption(fd, SOL_SOCKET, SO_RCVBUF, bytes);
  const value = Buffer.alloc(4);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(4);
  if (libc.getsockopt(fd, SOL_SOCKET, SO_RCVBUF, value, length) < 0) throw new SystemError("getsockopt", lastErrno());
  return value.readInt32LE();
}

export function setReceiveTimeout(fd: number, seconds: number): void {
  const timeval = Buffer.alloc(16);
  timeval.writeBigInt64LE(BigInt(seconds));
  if (libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval, 16) < 0) throw new SystemError("setsockopt", lastErrno());
}
