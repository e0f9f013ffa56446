import { VNET_HEADER_BYTES } from "../../ffi/tap.js";

const ETHERNET_HEADER_BYTES = 14;
const VLAN_TAG_BYTES = 4;
const TPIDS = new Set([0x8100, 0x88a8]);

/** Bytes on the wire, the Ethernet header included. */
export function wireBytes(frame: Uint8Array): number {
  return frame.length - VNET_HEADER_BYTES;
}

/** Bytes of what an Ethernet frame carries: of the IP packet. */
export function packetBytes(frame: Uint8Array): number {
  return frame.length - packetOffset(frame);
}

/** Turns one bit over, past the Ethernet header: the frame still arrives where it was meant to. */
export function corrupt(frame: Uint8Array, random: () => number): void {
  const offset = packetOffset(frame);
  if (frame.length <= offset) return;
  const at = offset + Math.floor(random() * (frame.length - offset));
  frame[at] = frame[at]! ^ (1 << Math.floor(random() * 8));
}

/** Where the IP packet begins, behind any VLAN tags. */
export function packetOffset(frame: Uint8Array): number {
  let offset = VNET_HEADER_BYTES + ETHERNET_HEADER_BYTES;
  while (TPIDS.has((frame[offset - 2]! << 8) | frame[offset - 1]!)) offset += VLAN_TAG_BYTES;
  return offset;
}
