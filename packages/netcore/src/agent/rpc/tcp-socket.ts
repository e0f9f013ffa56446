import { Socket } from "node:net";
import { type Ip, parseIp } from "@ratchet/contracts";
import { lastErrno, libc } from "../../ffi/libc.js";
import { type NetnsRef, withNetns } from "../../ffi/netns.js";
import { SystemError } from "../../ffi/system-error.js";
import { socketAddress } from "./icmp.js";

// include/linux/socket.h
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

/**
 * A TCP socket of a pod's namespace, not connected yet. Node takes the descriptor over: what becomes of it is read
 * from the Socket's events, and `destroy` closes it.
 *
 * @throws SystemError
 */
export function tcpSocketIn(netns: NetnsRef, family: 4 | 6): Socket {
  return new Socket({ fd: openTcp(netns, family), readable: true, writable: true });
}

/** The descriptor of a TCP socket bound to an address of a pod and any free port. The caller closes it. @throws SystemError */
export function boundTcp(netns: NetnsRef, address: string): number {
  const ip = parseIp(address) as Ip;
  const fd = openTcp(netns, ip.family);
  const name = socketAddress(ip);
  if (libc.bind(fd, name, name.length) < 0) {
    const errno = lastErrno();
    libc.close(fd);
    throw new SystemError("bind", errno, address);
  }
  return fd;
}

function openTcp(netns: NetnsRef, family: 4 | 6): number {
  const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const fd = withNetns(netns, () => libc.socket(family === 4 ? AF_INET : AF_INET6, type, 0));
  if (fd < 0) throw new SystemError("socket", lastErrno(), "TCP");
  return fd;
}
