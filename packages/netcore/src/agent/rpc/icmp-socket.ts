import { type Ip, parseIp } from "@ratchet/contracts";
import { errnoText } from "../../ffi/errno.js";
import { lastErrno, libc } from "../../ffi/libc.js";
import type { NetnsRef } from "../../ffi/netns.js";
import { watchReadable } from "../../ffi/readable.js";
import { SystemError } from "../../ffi/system-error.js";
import { type TimedDatagram, TimedReceiver } from "../../ffi/timed-receive.js";
import { socketAddress } from "./icmp.js";
import { openIcmp } from "./open-icmp.js";

// include/uapi/linux/in.h, in6.h
const IPPROTO_IP = 0;
const IP_TTL = 2;
const IPPROTO_IPV6 = 41;
const IPV6_UNICAST_HOPS = 16;
/** So that an answer in flight is not dropped while the loop is busy. */
const DATAGRAMS_PER_TURN = 256;

const receiver = new TimedReceiver();

/** A raw ICMP socket of a pod's namespace, opened by this process and used from outside. */
export class IcmpSocket {
  private readonly address: Buffer;
  private stopWatching: (() => void) | undefined;
  private isClosed = false;

  private constructor(
    private readonly fd: number,
    private readonly ip: Ip,
  ) {
    this.address = socketAddress(ip);
  }

  /**
   * Raw, because the kernel's ping sockets are refused wherever net.ipv4.ping_group_range is at its default.
   * `onDatagram` gets answers and refusals to anybody in the namespace, with the kernel's time.
   *
   * @throws SystemError
   */
  static open(netns: NetnsRef, to: string, onDatagram: (datagram: TimedDatagram) => void): IcmpSocket {
    const ip = parseIp(to);
    if (ip === undefined) throw new TypeError(`${to} is no address`);
    const fd = openIcmp(netns, ip.family);
    try {
      const socket = new IcmpSocket(fd, ip);
      socket.stopWatching = watchReadable(fd, () => socket.drain(onDatagram));
      return socket;
    } catch (error) {
      libc.close(fd);
      throw error;
    }
  }

  /** The reason in words when the kernel refuses to send it, for want of a route for instance. */
  send(packet: Uint8Array): string | undefined {
    if (this.isClosed) return "the socket is closed";
    if (libc.sendto(this.fd, packet, packet.length, 0, this.address, this.address.length) >= 0) return undefined;
    return errnoText(lastErrno());
  }

  /** From now on packets go no further than this many hops. Throws SystemError. */
  limitHops(hops: number): void {
    const value = Buffer.alloc(4);
    value.writeInt32LE(hops);
    const [level, name] = this.ip.family === 4 ? [IPPROTO_IP, IP_TTL] : [IPPROTO_IPV6, IPV6_UNICAST_HOPS];
    if (libc.setsockopt(this.fd, level, name, value, 4) < 0) throw new SystemError("setsockopt", lastErrno(), "hops");
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stopWatching?.();
    libc.close(this.fd);
  }

  private drain(onDatagram: (datagram: TimedDatagram) => void): void {
    for (let count = 0; count < DATAGRAMS_PER_TURN && !this.isClosed; count++) {
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
}
