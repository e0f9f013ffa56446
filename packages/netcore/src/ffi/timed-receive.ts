import { formatIp } from "@ratchet/contracts";
import { errnoOf } from "./errno.js";
import { addressOf, lastErrno, libc } from "./libc.js";
import { SystemError } from "./system-error.js";

// include/uapi/asm-generic/socket.h, include/linux/socket.h, include/uapi/linux/time.h
const SOL_SOCKET = 1;
const SO_TIMESTAMPNS = 35;
const CLOCK_REALTIME = 0;
const MSG_DONTWAIT = 0x40;

// 64-bit layouts of struct msghdr, iovec and cmsghdr (recvmsg(2), cmsg(3)): one block holds them all.
const MSGHDR_BYTES = 56;
const IOVEC_BYTES = 16;
const CONTROL_BYTES = 128;
const CMSGHDR_BYTES = 16;
const DATAGRAM_BYTES = 65_536;
/** struct sockaddr_in6 */
const NAME_BYTES = 28;
const AF_INET6 = 10;

/** One received datagram. The bytes are valid until the next `receive`. */
export interface TimedDatagram {
  data: Buffer;
  /** When the kernel got it: ns of CLOCK_REALTIME. Undefined when it did not say. */
  atNs: bigint | undefined;
  /** Who sent it. */
  from: string;
}

/** Makes a socket's datagrams carry the kernel's receive time. Throws SystemError. */
export function askForTimes(fd: number): void {
  const on = Buffer.alloc(4);
  on.writeInt32LE(1);
  if (libc.setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, on, 4) < 0) throw new SystemError("setsockopt", lastErrno());
}

/** ns of CLOCK_REALTIME, the clock of the kernel's time stamps. */
export function realtimeNs(): bigint {
  const timespec = Buffer.alloc(16);
  if (libc.clockGettime(CLOCK_REALTIME, timespec) < 0) throw new SystemError("clock_gettime", lastErrno());
  return readTimespec(timespec, 0);
}

/** Receives without waiting, with the kernel's time of each datagram. One serves any number of sockets of a thread. */
export class TimedReceiver {
  private readonly name = Buffer.alloc(NAME_BYTES);
  private readonly block = Buffer.alloc(MSGHDR_BYTES + IOVEC_BYTES + CONTROL_BYTES + DATAGRAM_BYTES);
  private readonly control = this.block.subarray(MSGHDR_BYTES + IOVEC_BYTES);
  private readonly data = this.block.subarray(MSGHDR_BYTES + IOVEC_BYTES + CONTROL_BYTES);

  constructor() {
    const address = addressOf(this.block);
    const iovec = address + BigInt(MSGHDR_BYTES);
    this.block.writeBigUInt64LE(addressOf(this.name), 0);
    this.block.writeBigUInt64LE(iovec, 16);
    this.block.writeBigUInt64LE(1n, 24);
    this.block.writeBigUInt64LE(iovec + BigInt(IOVEC_BYTES), 32);
    this.block.writeBigUInt64LE(iovec + BigInt(IOVEC_BYTES + CONTROL_BYTES), MSGHDR_BYTES);
    this.block.writeBigUInt64LE(BigInt(DATAGRAM_BYTES), MSGHDR_BYTES + 8);
  }

  /** Undefined when nothing is waiting. Throws SystemError for what the socket's earlier sending ran into. */
  receive(fd: number): TimedDatagram | undefined {
    this.block.writeUInt32LE(NAME_BYTES, 8);
    this.block.writeBigUInt64LE(BigInt(CONTROL_BYTES), 40);
    const length = libc.recvmsg(fd, this.block, MSG_DONTWAIT);
    if (length < 0) {
      const errno = lastErrno();
      if (errno === errnoOf("EAGAIN") || errno === errnoOf("EINTR")) return undefined;
      throw new SystemError("receive", errno);
    }
    const atNs = this.timeOf(Number(this.block.readBigUInt64LE(40)));
    return { data: this.data.subarray(0, length), atNs, from: this.sender() };
  }

  private sender(): string {
    const isV6 = this.name.readUInt16LE(0) === AF_INET6;
    const bytes = isV6 ? this.name.subarray(8, 24) : this.name.subarray(4, 8);
    return formatIp({ family: isV6 ? 6 : 4, value: BigInt(`0x${bytes.toString("hex")}`) });
  }

  private timeOf(controlBytes: number): bigint | undefined {
    for (let at = 0; at + CMSGHDR_BYTES <= controlBytes; ) {
      const bytes = Number(this.control.readBigUInt64LE(at));
      if (bytes < CMSGHDR_BYTES) return undefined;
      const isTime =
        this.control.readInt32LE(at + 8) === SOL_SOCKET && this.control.readInt32LE(at + 12) === SO_TIMESTAMPNS;
      if (isTime) return readTimespec(this.control, at + CMSGHDR_BYTES);
      at += (bytes + 7) & ~7;
    }
    return undefined;
  }
}

function readTimespec(buffer: Buffer, at: number): bigint {
  return buffer.readBigInt64LE(at) * 1_000_000_000n + buffer.readBigInt64LE(at + 8);
}
