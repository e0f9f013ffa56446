import { parseIp } from "@ratchet/contracts";
import { lastErrno, libc } from "../../ffi/libc.js";
import type { NetnsRef } from "../../ffi/netns.js";
import { SystemError } from "../../ffi/system-error.js";
import { type TimedDatagram, TimedReceiver } from "../../ffi/timed-receive.js";
import { socketAddress } from "../rpc/icmp.js";
import { openIcmp } from "../rpc/open-icmp.js";

// include/uapi/linux/in.h, in6.h
const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
const IP_TTL = 2;
const IP_UNICAST_IF = 50;
const IPV6_UNICAST_HOPS = 16;
const IPV6_UNICAST_IF = 76;
/** Hops an echo may make. */
const NEIGHBOURS = 1;
const DATAGRAMS_PER_DRAIN = 1024;

const receiver = new TimedReceiver();

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
    return EchoSocket.with(openIcmp(netns, family), family, (socket) =>
      socket.set(IP_TTL, IPV6_UNICAST_HOPS, NEIGHBOURS, false),
    );
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
    this.set(IP_UNICAST_IF, IPV6_UNICAST_IF, ifIndex, true);
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
    for (let count = 0; count < DATAGRAMS_PER_DRAIN; count++) {
      try {
        const datagram = receiver.receive(this.fd);
        if (datagram === undefined) return;
        onDatagram(datagram);
      } catch (error) {
        // What an earlier packet met on its way; the next call reads on.
        if (!(error instanceof SystemError)) throw error;
      }
    }
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

  private set(v4: number, v6: number, number: number, isBigEndian: boolean): void {
    const value = Buffer.alloc(4);
    if (isBigEndian) value.writeInt32BE(number);
    else value.writeInt32LE(number);
    const [level, name] = this.family === 4 ? [IPPROTO_IP, v4] : [IPPROTO_IPV6, v6];
    if (libc.setsockopt(this.fd, level, name, value, 4) < 0) throw new SystemError("setsockopt", lastErrno(), "echo");
  }
}
