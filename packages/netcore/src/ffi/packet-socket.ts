import { closeElsewhere, lastErrno, libc } from "./libc.js";
import { SystemError } from "./system-error.js";

// include/linux/socket.h, include/uapi/linux/if_packet.h
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOCKADDR_LL_BYTES = 20;

/**
 * Sends whole Ethernet frames out of interfaces of the namespace it was opened in.
 *
 * Keep one and use it often: every packet socket of a namespace is visited at each of its interfaces' changes
 * (packet_notifier in net/packet/af_packet.c), and one that is closed lingers for a grace period.
 */
export class PacketSocket {
  private constructor(private readonly fd: number) {}

  /** Opens one in this thread's namespace. Throws SystemError. */
  static open(): PacketSocket {
    // Protocol 0: it receives nothing.
    const fd = libc.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (fd < 0) throw new SystemError("socket", lastErrno(), "AF_PACKET");
    return new PacketSocket(fd);
  }

  /** Throws SystemError. */
  send(ifIndex: number, frames: readonly Uint8Array[]): void {
    const address = Buffer.alloc(SOCKADDR_LL_BYTES);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeInt32LE(ifIndex, 4);
    for (const frame of frames) {
      if (libc.sendto(this.fd, frame, frame.length, 0, address, SOCKADDR_LL_BYTES) < 0) {
        throw new SystemError("send frame", lastErrno(), `#${ifIndex}`);
      }
    }
  }

  close(): void {
    // It waits for the grace period, some 20 ms (packet_release).
    closeElsewhere(this.fd);
  }
}
