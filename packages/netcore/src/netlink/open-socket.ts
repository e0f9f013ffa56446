import { lastErrno, libc } from "../ffi/libc.js";
import { type NetnsRef, withNetns } from "../ffi/netns.js";
import { SystemError } from "../ffi/system-error.js";

// include/linux/socket.h, include/uapi/linux/netlink.h
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const SOCKADDR_NL_BYTES = 12;

/** A bound NETLINK_ROUTE socket of the given namespace, or of this thread's. It stays there when the thread leaves. */
export function openRouteSocket(netns?: NetnsRef): number {
  return netns === undefined ? open() : withNetns(netns, open);
}

function open(): number {
  const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) throw new SystemError("socket", lastErrno(), "AF_NETLINK");
  const address = Buffer.alloc(SOCKADDR_NL_BYTES);
  address.writeUInt16LE(AF_NETLINK);
  if (libc.bind(fd, address, SOCKADDR_NL_BYTES) < 0) {
    const errno = lastErrno();
    libc.close(fd);
    throw new SystemError("bind", errno, "AF_NETLINK");
  }
  return fd;
}
