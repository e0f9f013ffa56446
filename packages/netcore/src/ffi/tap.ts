import { constants } from "node:fs";
import { lastErrno, libc } from "./libc.js";
import { type NetnsRef, withNetns } from "./netns.js";
import { SystemError } from "./system-error.js";

// include/uapi/linux/if_tun.h
const TUNSETIFF = 0x400454ca;
const TUNSETOFFLOAD = 0x400454d0;
const TUNSETPERSIST = 0x400454cb;
const IFF_TAP = 0x0002;
const IFF_NO_PI = 0x1000;
const IFF_VNET_HDR = 0x4000;
const TUN_F_CSUM = 0x01;
const TUN_F_TSO4 = 0x02;
const TUN_F_TSO6 = 0x04;
const IFNAMSIZ = 16;
const IFREQ_BYTES = 40;

/** struct virtio_net_hdr before each frame: what is still to be done to it (checksum, segmentation). */
export const VNET_HEADER_BYTES = 10;
/** A segment as large as the kernel hands over, with its Ethernet and virtio headers. */
export const MAX_TAP_READ_BYTES = 65_536 + 64;

/**
 * Makes a TAP device in a namespace, or takes one that nobody holds, and returns its descriptor, which does not block
 * and whose end is the device's end. A TCP stream crosses it in segments of up to 64 KiB with the checksum still to be done.
 * Throws SystemError (EBUSY: somebody holds a device of that name; ENOENT: no such namespace).
 */
export function openTap(netns: NetnsRef, ifName: string): number {
  // The device belongs to the namespace of the thread that opens the file (tun_chr_open in drivers/net/tun.c).
  const fd = withNetns(netns, () => {
    const opened = libc.open("/dev/net/tun", constants.O_RDWR | constants.O_NONBLOCK | O_CLOEXEC, 0);
    if (opened < 0) throw new SystemError("open", lastErrno(), "/dev/net/tun");
    return opened;
  });
  try {
    const request = Buffer.alloc(IFREQ_BYTES);
    request.write(ifName, 0, IFNAMSIZ - 1, "utf8");
    request.writeUInt16LE(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR, IFNAMSIZ);
    check("TUNSETIFF", ifName, libc.ioctlPointer(fd, TUNSETIFF, request));
    setTapOffload(fd, ifName, true);
    return fd;
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

/**
 * Whether the device outlives its descriptor. Without, the kernel takes it away when that is closed, and waits for
 * grace periods with each. Throws SystemError (EBADFD: the device is gone).
 */
export function setTapPersistence(fd: number, ifName: string, isOn: boolean): void {
  check("TUNSETPERSIST", ifName, libc.ioctlNumber(fd, TUNSETPERSIST, isOn ? 1 : 0));
}

/**
 * Whether segments larger than the MTU, with the checksum still to be done, may come. Without, the kernel cuts and
 * completes what is sent to the device. Throws SystemError (EBADFD: the device is gone).
 */
export function setTapOffload(fd: number, ifName: string, isOn: boolean): void {
  const offloads = isOn ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 : 0;
  check("TUNSETOFFLOAD", ifName, libc.ioctlNumber(fd, TUNSETOFFLOAD, offloads));
}

const O_CLOEXEC = 0o2000000;

function check(op: string, ifName: string, result: number): void {
  if (result < 0) throw new SystemError(op, lastErrno(), ifName);
}
