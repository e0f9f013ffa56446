import { lastErrno, libc } from "../../ffi/libc.js";
import { type NetnsRef, withNetns } from "../../ffi/netns.js";
import { SystemError } from "../../ffi/system-error.js";
import { askForTimes, type TimedDatagram, TimedReceiver } from "../../ffi/timed-receive.js";

// include/linux/socket.h, include/uapi/linux/in.h, icmp.h, icmpv6.h
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const IPPROTO_IP = 0;
const IP_TTL = 2;
const IPPROTO_IPV6 = 41;
const IPV6_UNICAST_HOPS = 16;
const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
const SOL_RAW = 255;
const ICMP_FILTER = 1;
const ICMPV6_FILTER = 1;

const V4_TAKEN = [0, 3, 11];
const V6_TAKEN = [1, 3, 129];

const receiver = new TimedReceiver();

/**
 * A raw ICMP socket of a namespace that hears echo replies and refusals alone, with the kernel's time. The caller closes it.
 *
 * @throws SystemError
 */
export function openIcmp(netns: NetnsRef | undefined, family: 4 | 6): number {
  const isV4 = family === 4;
  const type = SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK;
  const open = () => libc.socket(isV4 ? AF_INET : AF_INET6, type, isV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
  const fd = netns === undefined ? open() : withNetns(netns, open);
  if (fd < 0) throw new SystemError("socket", lastErrno(), "ICMP");
  try {
    filter(fd, family);
    askForTimes(fd);
    return fd;
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

/** From now on packets go no further than this many hops. @throws SystemError */
export function limitHops(fd: number, family: 4 | 6, hops: number): void {
  const value = Buffer.alloc(4);
  value.writeInt32LE(hops);
  const [level, name] = family === 4 ? [IPPROTO_IP, IP_TTL] : [IPPROTO_IPV6, IPV6_UNICAST_HOPS];
  if (libc.setsockopt(fd, level, name, value, 4) < 0) throw new SystemError("setsockopt", lastErrno(), "hops");
}

/** Hands over what has come, at most so many; ends early when `isOver`, for the socket may be closed meanwhile. */
export function drainIcmp(
  fd: number,
  most: number,
  onDatagram: (datagram: TimedDatagram) => void,
  isOver: () => boolean = () => false,
): void {
  for (let count = 0; count < most && !isOver(); count++) {
    try {
      const datagram = receiver.receive(fd);
      if (datagram === undefined) return;
      onDatagram(datagram);
    } catch (error) {
      // What an earlier packet met on its way; the next call reads on.
      if (!(error instanceof SystemError)) throw error;
    }
  }
}

function filter(fd: number, family: 4 | 6): void {
  const bits = Buffer.alloc(family === 4 ? 4 : 32, 0xff);
  for (const type of family === 4 ? V4_TAKEN : V6_TAKEN) {
    const word = (type >>> 5) * 4;
    bits.writeUInt32LE((bits.readUInt32LE(word) & ~(1 << (type & 31))) >>> 0, word);
  }
  const [level, name] = family === 4 ? [SOL_RAW, ICMP_FILTER] : [IPPROTO_ICMPV6, ICMPV6_FILTER];
  if (libc.setsockopt(fd, level, name, bits, bits.length) < 0)
    throw new SystemError("setsockopt", lastErrno(), "filter");
}
