import { ipToBytes } from "../rtnetlink/ip-address.js";
import { macToBytes } from "../rtnetlink/mac-address.js";

const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_IP6 = 0x86dd;
const NEXT_HEADER_ICMP6 = 58;
const ICMP6_NEIGHBOUR_ADVERTISEMENT = 136;

/** The frame that makes neighbours take `mac` for `address`. Throws TypeError when either is none. */
export function announcementFrame(mac: string, address: string): Buffer {
  const ip = ipToBytes(address);
  return ip.length === 4 ? gratuitousArp(macToBytes(mac), ip) : unsolicitedAdvertisement(macToBytes(mac), ip);
}

/** ARP announcement: a broadcast request for the own address (RFC 5227, section 3; RFC 826 for the layout). */
function gratuitousArp(mac: Uint8Array, ip: Uint8Array): Buffer {
  const frame = Buffer.alloc(42);
  frame.fill(0xff, 0, 6);
  frame.set(mac, 6);
  frame.writeUInt16BE(ETHERTYPE_ARP, 12);
  frame.writeUInt16BE(1, 14);
  frame.writeUInt16BE(0x0800, 16);
  frame.writeUInt8(6, 18);
  frame.writeUInt8(4, 19);
  frame.writeUInt16BE(1, 20);
  frame.set(mac, 22);
  frame.set(ip, 28);
  frame.set(ip, 38);
  return frame;
}

/** Neighbour advertisement to all nodes with the override flag (RFC 4861, sections 4.4 and 7.2.6). */
function unsolicitedAdvertisement(mac: Uint8Array, ip: Uint8Array): Buffer {
  const frame = Buffer.alloc(14 + 40 + 32);
  frame.set([0x33, 0x33, 0, 0, 0, 1], 0);
  frame.set(mac, 6);
  frame.writeUInt16BE(ETHERTYPE_IP6, 12);
  frame.writeUInt8(0x60, 14);
  frame.writeUInt16BE(32, 18);
  frame.writeUInt8(NEXT_HEADER_ICMP6, 20);
  frame.writeUInt8(255, 21);
  frame.set(ip, 22);
  frame.set([0xff, 0x02], 38);
  frame.writeUInt8(1, 53);
  const icmp = frame.subarray(54);
  icmp.writeUInt8(ICMP6_NEIGHBOUR_ADVERTISEMENT, 0);
  icmp.writeUInt8(0x20, 4);
  icmp.set(ip, 8);
  icmp.writeUInt8(2, 24);
  icmp.writeUInt8(1, 25);
  icmp.set(mac, 26);
  icmp.writeUInt16BE(icmp6Checksum(frame.subarray(22, 54), icmp), 2);
  return frame;
}

// RFC 4443, section 2.3: over the pseudo header of RFC 8200, section 8.1, and the message.
function icmp6Checksum(addresses: Buffer, message: Buffer): number {
  let sum = message.length + NEXT_HEADER_ICMP6;
  for (const part of [addresses, message]) for (let i = 0; i < part.length; i += 2) sum += part.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
