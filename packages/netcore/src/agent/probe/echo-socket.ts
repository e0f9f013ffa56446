import { parseIp } from "@ratchet/contracts";
import { lastErrno, libc } from "../../ffi/libc.js";
import type { NetnsRef } from "../../ffi/netns.js";
import { SystemError } from "../../ffi/system-error.js";
import type { TimedDatagram } from "../../ffi/timed-receive.js";
import { socketAddress } from "../rpc/icmp.js";
import { drainIcmp, limitHops, openIcmp } from "../rpc/open-icmp.js";

// include/uapi/linux/in.h, in6.h
const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
const IP_UNICAST_IF = 50;
const IPV6_UNICAST_IF = 76;
/** Hops an echo may make. */
const NEIGHBOURS = 1;
const DATAGRAMS_PER_DRAIN = 1024;

/**
 * A raw ICMP socket for echoes to many neighbours of one namespace. It is read when somebody drains it and wakes
 * nobody: the kernel's time stamps make it the same how late that is.
 */
export class EchoSocket {
  private readonly addresses = new Map<string, Buffer>();
  private outIndex = 0;

  private constructor(
    private readonly fd: number,
    readonly family: 4 | 6,
  ) {}

  /** In a pod: its echoes reach neighbours alone. Throws SystemError. */
  static inPod(netns: NetnsRef, family: 4 | 6): EchoSocket {
    return EchoSocket.with(openIcmp(netns, family), family, ({ fd }) => limitHops(fd, family, NEIGHBOURS));
  }

  /** In the agent's own namespace, sending from one of its addresses. Throws SystemError. */
  static onUnderlay(local: string): EchoSocket {
    const ip = parseIp(local);
    if (ip === undefined) throw new TypeError(`${local} is no address`);
    return EchoSocket.with(openIcmp(undefined, ip.family), ip.family, ({ fd }) => {
      const address = socketAddress(ip);
      if (libc.bind(fd, address, address.length) < 0) throw new SystemError("bind", lastErrno(), local);
    });
  }

  /** From now on it sends through this interface, whatever the routes say. Throws SystemError. */
  through(ifIndex: number): void {
    if (ifIndex === this.outIndex) return;
    const value = Buffer.alloc(4);
    value.writeInt32BE(ifIndex);
    const [level, name] = this.family === 4 ? [IPPROTO_IP, IP_UNICAST_IF] : [IPPROTO_IPV6, IPV6_UNICAST_IF];
    if (libc.setsockopt(this.fd, level, name, value, 4) < 0) throw new SystemError("setsockopt", lastErrno(), "echo");
    this.outIndex = ifIndex;
  }

  /** False when the kernel refuses. */
  send(packet: Uint8Array, to: string): boolean {
    let address = this.addresses.get(to);
    if (address === undefined) {
      const ip = parseIp(to);
      if (ip === undefined) return false;
      this.addresses.set(to, (address = socketAddress(ip)));
    }
    return libc.sendto(this.fd, packet, packet.length, 0, address, address.length) >= 0;
  }

  /** Hands over what has come. */
  drain(onDatagram: (datagram: TimedDatagram) => void): void {
    drainIcmp(this.fd, DATAGRAMS_PER_DRAIN, onDatagram);
  }

  close(): void {
    libc.close(this.fd);
  }

  private static with(fd: number, family: 4 | 6, prepare: (socket: EchoSocket) => void): EchoSocket {
    const socket = new EchoSocket(fd, family);
    try {
      prepare(socket);
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }
}
