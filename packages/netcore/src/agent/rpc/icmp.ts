import type { Ip } from "@ratchet/contracts";

/** Bytes of our own at the head of an echo's data, by which an answer is known as ours. */
export const MARK_BYTES = 16;
/** What a router says at which a request's hop limit runs out. */
export const HOPS_EXCEEDED = "time to live exceeded";
const HEADER_BYTES = 8;
const IPV4_HEADER_MIN_BYTES = 20;
const IPV6_HEADER_BYTES = 40;

// RFC 792, RFC 4443
const V4 = { request: 8, reply: 0, unreachable: 3, exceeded: 11 } as const;
const V6 = { request: 128, reply: 129, unreachable: 1, exceeded: 3 } as const;

/** One answer that concerns an echo request of ours. */
export interface EchoAnswer {
  sequence: number;
  /** Undefined: it arrived. Otherwise what a router or the far end said. */
  problem: string | undefined;
}

/** An ICMP or ICMPv6 echo request. The kernel writes ICMPv6's checksum itself (RFC 3542, section 3.1). */
export function echoRequest(
  family: 4 | 6,
  identifier: number,
  sequence: number,
  mark: Uint8Array,
  payloadBytes: number,
): Buffer {
  const packet = Buffer.alloc(HEADER_BYTES + payloadBytes);
  packet[0] = family === 4 ? V4.request : V6.request;
  packet.writeUInt16BE(identifier, 4);
  packet.writeUInt16BE(sequence, 6);
  packet.set(mark.subarray(0, MARK_BYTES), HEADER_BYTES);
  if (family === 4) packet.writeUInt16BE(checksum(packet), 2);
  return packet;
}

/** Reads what a raw ICMP socket received: IPv4 comes with its IP header, IPv6 without. Undefined: not for us. */
export function readAnswer(
  family: 4 | 6,
  datagram: Buffer,
  identifier: number,
  mark: Uint8Array,
): EchoAnswer | undefined {
  const types = family === 4 ? V4 : V6;
  const icmp = family === 4 ? withoutIpv4Header(datagram) : datagram;
  if (icmp === undefined || icmp.length < HEADER_BYTES) return undefined;
  if (icmp[0] === types.reply) {
    const isOurs =
      icmp.readUInt16BE(4) === identifier &&
      icmp.subarray(HEADER_BYTES, HEADER_BYTES + MARK_BYTES).equals(mark.subarray(0, MARK_BYTES));
    return isOurs ? { sequence: icmp.readUInt16BE(6), problem: undefined } : undefined;
  }
  if (icmp[0] !== types.unreachable && icmp[0] !== types.exceeded) return undefined;
  const quoted = quotedEcho(family, icmp.subarray(HEADER_BYTES));
  if (quoted === undefined || quoted[0] !== types.request || quoted.readUInt16BE(4) !== identifier) return undefined;
  const problem = icmp[0] === types.exceeded ? HOPS_EXCEEDED : unreachable(family, icmp[1] ?? 0);
  return { sequence: quoted.readUInt16BE(6), problem };
}

/** struct sockaddr_in or sockaddr_in6 of an address, port 0. */
export function socketAddress({ family, value }: Ip): Buffer {
  const hex = value.toString(16).padStart(family === 4 ? 8 : 32, "0");
  const address = Buffer.alloc(family === 4 ? 16 : 28);
  address.writeUInt16LE(family === 4 ? 2 : 10, 0);
  address.write(hex, family === 4 ? 4 : 8, "hex");
  return address;
}

/** RFC 1071. */
export function checksum(packet: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < packet.length; at += 2) sum += ((packet[at] ?? 0) << 8) | (packet[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function withoutIpv4Header(packet: Buffer): Buffer | undefined {
  const bytes = ((packet[0] ?? 0) & 15) * 4;
  return bytes < IPV4_HEADER_MIN_BYTES ? undefined : packet.subarray(bytes);
}

function quotedEcho(family: 4 | 6, packet: Buffer): Buffer | undefined {
  const icmp = family === 4 ? withoutIpv4Header(packet) : packet.subarray(IPV6_HEADER_BYTES);
  return icmp === undefined || icmp.length < HEADER_BYTES ? undefined : icmp;
}

function unreachable(family: 4 | 6, code: number): string {
  const words =
    family === 4
      ? ["network unreachable", "host unreachable", "protocol unreachable", "port unreachable", "fragmentation needed"]
      : ["no route to destination", "administratively prohibited", "beyond scope", "address unreachable"];
  return words[code] ?? `unreachable (code ${code})`;
}
