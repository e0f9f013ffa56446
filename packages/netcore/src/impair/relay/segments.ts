import type { EffectiveImpairment } from "@ratchet/contracts";
import { VNET_HEADER_BYTES } from "../../ffi/tap.js";
import { packetOffset } from "./frame.js";

/**
 * Whether segments larger than the MTU, whose checksums are still to be done, may come to a line: it counts and cuts
 * them itself. Not where a bit is turned over, which a checksum done afterwards would hide, and not for an MTU's black
 * hole, which is the kernel's cut to find.
 */
export function carriesSegments({ corruptPercent, mtu }: EffectiveImpairment): boolean {
  return !corruptPercent && !mtu;
}

/** Several TCP frames that cross as one: every one of `sizeBytes` data but the last, behind one set of headers. */
export interface Segment {
  frames: number;
  sizeBytes: number;
  /** Ethernet, IP and TCP. */
  headerBytes: number;
}

// struct virtio_net_hdr (include/uapi/linux/virtio_net.h), in the machine's byte order: little endian on all we run on
const GSO_TYPE = 1;
const GSO_SIZE = 4;
const CHECKSUM_START = 6;
const TCP_V4 = 1;
const TCP_V6 = 4;
const ECN = 0x80;

/** What a frame out of a TAP device consists of; undefined when it is one frame. */
export function segmentOf(frame: Uint8Array): Segment | undefined {
  const type = frame[GSO_TYPE]! & ~ECN;
  if (type !== TCP_V4 && type !== TCP_V6) return undefined;
  const sizeBytes = frame[GSO_SIZE]! | (frame[GSO_SIZE + 1]! << 8);
  const tcp = tcpOffset(frame);
  const headerBytes = tcp - VNET_HEADER_BYTES + (frame[tcp + 12]! >> 4) * 4;
  const dataBytes = frame.length - VNET_HEADER_BYTES - headerBytes;
  return dataBytes <= sizeBytes || sizeBytes === 0
    ? undefined
    : { frames: Math.ceil(dataBytes / sizeBytes), sizeBytes, headerBytes };
}

/**
 * Copies the frames `from` to `to` (that one not) into `piece`, which has `pieceBytes` of them, with headers as the
 * kernel's own cut would have made them (tcp_gso_segment in net/ipv4/tcp_offload.c).
 */
export function cutSegment(frame: Uint8Array, segment: Segment, from: number, to: number, piece: Uint8Array): void {
  const { sizeBytes, frames } = segment;
  const headers = VNET_HEADER_BYTES + segment.headerBytes;
  piece.set(frame.subarray(0, headers));
  piece.set(frame.subarray(headers + from * sizeBytes, headers + from * sizeBytes + piece.length - headers), headers);
  if (to - from === 1) piece[GSO_TYPE] = piece[GSO_SIZE] = piece[GSO_SIZE + 1] = 0;
  else if (from > 0) piece[GSO_TYPE]! &= ~ECN;
  const ip = packetOffset(frame);
  if ((frame[GSO_TYPE]! & ~ECN) === TCP_V4) fixIpv4(piece, ip, from);
  else write16(piece, ip + 4, piece.length - ip - 40);
  fixTcp(piece, tcpOffset(frame), from * sizeBytes, frame.length - piece.length, from > 0, to < frames);
}

/** With its virtio header. */
export function pieceBytes(frame: Uint8Array, { sizeBytes, headerBytes, frames }: Segment, from: number, to: number) {
  const headers = VNET_HEADER_BYTES + headerBytes;
  return to === frames ? frame.length - from * sizeBytes : headers + (to - from) * sizeBytes;
}

function tcpOffset(frame: Uint8Array): number {
  return VNET_HEADER_BYTES + (frame[CHECKSUM_START]! | (frame[CHECKSUM_START + 1]! << 8));
}

function fixIpv4(piece: Uint8Array, ip: number, from: number): void {
  write16(piece, ip + 2, piece.length - ip);
  write16(piece, ip + 4, read16(piece, ip + 4) + from);
  write16(piece, ip + 10, 0);
  let sum = 0;
  for (let at = ip; at < ip + (piece[ip]! & 0xf) * 4; at += 2) sum += read16(piece, at);
  write16(piece, ip + 10, ~folded(sum));
}

const FIN_PSH = 0x09;
const CWR = 0x80;

function fixTcp(
  piece: Uint8Array,
  tcp: number,
  skipped: number,
  less: number,
  isLater: boolean,
  isMore: boolean,
): void {
  const number = read16(piece, tcp + 4) * 0x1_0000 + read16(piece, tcp + 6) + skipped;
  write16(piece, tcp + 4, Math.floor(number / 0x1_0000));
  write16(piece, tcp + 6, number);
  if (isMore) piece[tcp + 13]! &= ~FIN_PSH;
  if (isLater) piece[tcp + 13]! &= ~CWR;
  // What stands there is the sum of the pseudo header alone, and of that only the length is another (RFC 1624).
  write16(piece, tcp + 16, folded(read16(piece, tcp + 16) + (~less & 0xffff)));
}

function folded(sum: number): number {
  let rest = sum;
  while (rest > 0xffff) rest = (rest & 0xffff) + (rest >>> 16);
  return rest;
}

function read16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function write16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}
