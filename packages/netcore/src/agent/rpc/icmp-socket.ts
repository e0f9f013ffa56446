import { type Ip, parseIp } from "@ratchet/contracts";
import { errnoText } from "../../ffi/errno.js";
import { lastErrno, libc } from "../../ffi/libc.js";
import type { NetnsRef } from "../../ffi/netns.js";
import { watchReadable } from "../../ffi/readable.js";
import type { TimedDatagram } from "../../ffi/timed-receive.js";
import { socketAddress } from "./icmp.js";
import { drainIcmp, limitHops, openIcmp } from "./open-icmp.js";

/** So that an answer in flight is not dropped while the loop is busy. */
const DATAGRAMS_PER_TURN = 256;

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
    limitHops(this.fd, this.ip.family, hops);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stopWatching?.();
    libc.close(this.fd);
  }

  private drain(onDatagram: (datagram: TimedDatagram) => void): void {
    drainIcmp(this.fd, DATAGRAMS_PER_TURN, onDatagram, () => this.isClosed);
  }
}
