import { errnoOf } from "../../../ffi/errno.js";
import { lastErrno, libc } from "../../../ffi/libc.js";
import { withNetns } from "../../../ffi/netns.js";
import { SystemError } from "../../../ffi/system-error.js";
import { askForTimes, type TimedDatagram, TimedReceiver } from "../../../ffi/timed-receive.js";
import { NetlinkSocket } from "../../../netlink/socket.js";
import { findLink } from "../../../rtnetlink/link.js";

// include/linux/socket.h, include/uapi/linux/if_packet.h, include/uapi/asm-generic/socket.h
const AF_PACKET = 17;
const SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0o4000 | 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const SOCKADDR_LL_BYTES = 20;
const RECEIVE_BUFFER_BYTES = 64 * 1024 * 1024;

const receiver = new TimedReceiver();

/** "Local experimental" (IEEE 802): nobody else speaks it. */
export const TEST_ETHERTYPE = 0x88b5;

/** Sends and receives whole frames of `TEST_ETHERTYPE` at an interface of a pod. Must be closed. */
export class FramePort {
  private constructor(private readonly fd: number) {}

  /** Throws SystemError. */
  static open(netnsPath: string, ifName: string): FramePort {
    const ifIndex = NetlinkSocket.use(netnsPath, (socket) => findLink(socket, { ifName }))?.ifIndex;
    if (ifIndex === undefined) throw new Error(`there is no ${ifName} in ${netnsPath}`);
    const bigEndian = ((TEST_ETHERTYPE & 0xff) << 8) | (TEST_ETHERTYPE >> 8);
    const fd = withNetns(netnsPath, () => libc.socket(AF_PACKET, SOCK_RAW_NONBLOCK_CLOEXEC, bigEndian));
    if (fd < 0) throw new SystemError("socket", lastErrno(), "AF_PACKET");
    const size = Buffer.alloc(4);
    size.writeInt32LE(RECEIVE_BUFFER_BYTES);
    libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4);
    const address = Buffer.alloc(SOCKADDR_LL_BYTES);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeUInt16BE(TEST_ETHERTYPE, 2);
    address.writeInt32LE(ifIndex, 4);
    askForTimes(fd);
    if (libc.bind(fd, address, address.length) >= 0) return new FramePort(fd);
    const errno = lastErrno();
    libc.close(fd);
    throw new SystemError("bind", errno, ifName);
  }

  /** False when the interface takes no more at the moment. Throws SystemError. */
  send(frame: Uint8Array): boolean {
    if (libc.send(this.fd, frame, frame.length, 0) >= 0) return true;
    const errno = lastErrno();
    if (errno === errnoOf("EAGAIN") || errno === errnoOf("ENOBUFS")) return false;
    throw new SystemError("send", errno, "frame");
  }

  /** The next frame that came, valid until the next call; undefined while there is none. */
  receive(): Pick<TimedDatagram, "data" | "atNs"> | undefined {
    return receiver.receive(this.fd);
  }

  close(): void {
    libc.close(this.fd);
  }
}
