import { errnoOf } from "../ffi/errno.js";
import { addressOf, lastErrno, libc } from "../ffi/libc.js";
import type { NetnsRef } from "../ffi/netns.js";
import { schedule, watchReadable } from "../ffi/readable.js";
import { debugMessages } from "./debug.js";
import { NetlinkError } from "./error.js";
import { openRouteSocket } from "./open-socket.js";
import {
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_LISTEN_ALL_NSID,
  SOL_NETLINK,
  setIntOption,
  setReceiveBuffer,
} from "./socket-options.js";

export interface ListenerOptions {
  netns?: NetnsRef;
  /** Multicast groups by number (RTNLGRP_*). */
  groups: readonly number[];
  /** Also hear every namespace that has an id in this one. */
  isAllNetns?: boolean;
  receiveBufferBytes?: number;
}

export interface ListenerHandlers {
  /** `netnsId` is undefined for the listener's own namespace. The bytes are valid during the call only. */
  onDatagram(datagram: Buffer, netnsId: number | undefined): void;
  /** The kernel dropped notifications (ENOBUFS): whoever follows them has to look at everything again. */
  onOverrun(): void;
}

const RECEIVE_BUFFER_BYTES = 16 * 1024 * 1024;
const DATAGRAM_BYTES = 64 * 1024;
// So that a storm of notifications leaves the loop time for other work.
const DATAGRAMS_PER_TURN = 256;
const MSG_DONTWAIT = 0x40;

/** Hears a namespace's notifications, in the order the kernel sent them. Must be closed. */
export class NetlinkListener {
  private readonly stopWatching: () => void;
  private readonly message = new ReceivedMessage();
  private isClosed = false;

  private constructor(
    private readonly fd: number,
    private readonly handlers: ListenerHandlers,
  ) {
    this.stopWatching = watchReadable(fd, () => this.drain(DATAGRAMS_PER_TURN));
  }

  /** Throws SystemError or NetlinkError. Everything that happens after the return is heard. */
  static open(options: ListenerOptions, handlers: ListenerHandlers): NetlinkListener {
    const fd = openRouteSocket(options.netns);
    try {
      setReceiveBuffer(fd, options.receiveBufferBytes ?? RECEIVE_BUFFER_BYTES);
      if (options.isAllNetns) must(fd, NETLINK_LISTEN_ALL_NSID, 1);
      for (const group of options.groups) must(fd, NETLINK_ADD_MEMBERSHIP, group);
      return new NetlinkListener(fd, handlers);
    } catch (error) {
      libc.close(fd);
      throw error;
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stopWatching();
    libc.close(this.fd);
  }

  /**
   * Hands over what has arrived, now: whoever has just changed something need not wait for the loop's next turn to
   * hear of it. Beyond `limit` datagrams the rest follows in that turn.
   */
  drain(limit = Number.POSITIVE_INFINITY): void {
    for (let count = 0; !this.isClosed; count++) {
      if (count >= limit) {
        schedule();
        return;
      }
      const length = libc.recvmsg(this.fd, this.message.reset(), MSG_DONTWAIT);
      if (length >= 0) {
        const datagram = this.message.datagram(length);
        debugMessages?.("recv", this.fd, datagram);
        this.handlers.onDatagram(datagram, this.message.netnsId());
        continue;
      }
      const errno = lastErrno();
      if (errno === errnoOf("EAGAIN")) return;
      if (errno === errnoOf("ENOBUFS")) this.handlers.onOverrun();
      else if (errno !== errnoOf("EINTR")) throw new NetlinkError({ op: "listen", errno });
    }
  }
}

function must(fd: number, option: number, value: number): void {
  if (!setIntOption(fd, SOL_NETLINK, option, value)) throw new NetlinkError({ op: "listen", errno: lastErrno() });
}

// 64-bit layouts of struct msghdr, iovec and cmsghdr (recvmsg(2), cmsg(3)): one block holds them all.
const MSGHDR_BYTES = 56;
const IOVEC_BYTES = 16;
const CONTROL_BYTES = 64;
const CMSGHDR_BYTES = 16;

class ReceivedMessage {
  private readonly block = Buffer.alloc(MSGHDR_BYTES + IOVEC_BYTES + CONTROL_BYTES + DATAGRAM_BYTES);
  private readonly control = this.block.subarray(MSGHDR_BYTES + IOVEC_BYTES);
  private readonly data = this.block.subarray(MSGHDR_BYTES + IOVEC_BYTES + CONTROL_BYTES);

  constructor() {
    const address = addressOf(this.block);
    const iovec = address + BigInt(MSGHDR_BYTES);
    this.block.writeBigUInt64LE(iovec, 16);
    this.block.writeBigUInt64LE(1n, 24);
    this.block.writeBigUInt64LE(iovec + BigInt(IOVEC_BYTES), 32);
    this.block.writeBigUInt64LE(iovec + BigInt(IOVEC_BYTES + CONTROL_BYTES), MSGHDR_BYTES);
    this.block.writeBigUInt64LE(BigInt(DATAGRAM_BYTES), MSGHDR_BYTES + 8);
  }

  /** The kernel shortens the control length to what it wrote, so it is set anew for each call. */
  reset(): Buffer {
    this.block.writeBigUInt64LE(BigInt(CONTROL_BYTES), 40);
    return this.block;
  }

  datagram(length: number): Buffer {
    return this.data.subarray(0, Math.min(length, DATAGRAM_BYTES));
  }

  netnsId(): number | undefined {
    const end = Number(this.block.readBigUInt64LE(40));
    for (let at = 0; at + CMSGHDR_BYTES <= end; ) {
      const length = Number(this.control.readBigUInt64LE(at));
      if (length < CMSGHDR_BYTES) return undefined;
      const level = this.control.readInt32LE(at + 8);
      const type = this.control.readInt32LE(at + 12);
      if (level === SOL_NETLINK && type === NETLINK_LISTEN_ALL_NSID && at + length <= end) {
        return this.control.readInt32LE(at + CMSGHDR_BYTES);
      }
      at += (length + 7) & ~7;
    }
    return undefined;
  }
}
