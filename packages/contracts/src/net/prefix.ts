import { bitsOf, formatIp, type Ip, parseIp } from "./ip.js";

/** An address with its prefix length, host bits kept. */
export interface Prefix {
  ip: Ip;
  length: number;
}

/** Reads `A/LEN`, or returns undefined. */
export function parsePrefix(text: string): Prefix | undefined {
  const [address = "", length = "", ...rest] = text.split("/");
  if (rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const ip = parseIp(address);
  if (ip === undefined || Number(length) > bitsOf(ip.family)) return undefined;
  return { ip, length: Number(length) };
}

/** The canonical text `A/LEN`. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatIp(prefix.ip)}/${prefix.length}`;
}

/** The network a prefix lies in: the same prefix with its host bits cleared. */
export function networkOf(prefix: Prefix): Prefix {
  const hostBits = BigInt(bitsOf(prefix.ip.family) - prefix.length);
  return { ip: { family: prefix.ip.family, value: (prefix.ip.value >> hostBits) << hostBits }, length: prefix.length };
}

/** True when `ip` lies inside `network`. */
export function contains(network: Prefix, ip: Ip): boolean {
  if (network.ip.family !== ip.family) return false;
  return networkOf({ ip, length: network.length }).ip.value === networkOf(network).ip.value;
}

/**
 * Why a prefix cannot be the address of an interface, or undefined when it can.
 *
 * A /31, /127 (RFC 3021, RFC 6164), /32 or /128 has no network or broadcast address of its own.
 */
export function hostAddressProblem(prefix: Prefix): string | undefined {
  const { ip, length } = prefix;
  const hostBits = bitsOf(ip.family) - length;
  const first = ip.value >> BigInt(bitsOf(ip.family) - 8);
  if (length === 0) return "the prefix length 0 leaves no network";
  if (ip.value === 0n) return "the unspecified address cannot be set on an interface";
  if (ip.family === 4 && first >= 224n) return "a multicast or reserved address cannot be set on an interface";
  if (ip.family === 6 && first === 255n) return "a multicast address cannot be set on an interface";
  if (hostBits < 2) return undefined;
  const host = ip.value & ((1n << BigInt(hostBits)) - 1n);
  if (host === 0n) return "this is the address of the network itself: its host bits are zero";
  if (ip.family === 4 && host === (1n << BigInt(hostBits)) - 1n) return "this is the broadcast address of its network";
  return undefined;
}
