import { isIP } from "node:net";
import { AF_INET, AF_INET6 } from "./message-types.js";

export interface IpPrefix {
  family: number;
  bytes: Uint8Array;
  prefixLength: number;
}

/** 4 or 16 bytes in network order. Throws TypeError when `text` is not an IP address (zone ids are refused). */
export function ipToBytes(text: string): Uint8Array {
  const version = text.includes("%") ? 0 : isIP(text);
  if (version === 4) return Uint8Array.from(text.split("."), Number);
  if (version === 6) return ip6ToBytes(text);
  throw new TypeError(`not an IP address: ${text}`);
}

export function ipFamily(bytes: Uint8Array): number {
  return bytes.length === 4 ? AF_INET : AF_INET6;
}

/** `10.0.0.1/24`; without a length the whole address (/32, /128). Throws TypeError. */
export function parsePrefix(text: string): IpPrefix {
  const [address = "", length, ...rest] = text.split("/");
  const bytes = ipToBytes(address);
  const prefixLength = length === undefined ? bytes.length * 8 : Number(length);
  if (rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length)) || prefixLength > bytes.length * 8) {
    throw new TypeError(`not an IP prefix: ${text}`);
  }
  return { family: ipFamily(bytes), bytes, prefixLength };
}

/** IPv4 dotted, IPv6 as RFC 5952 asks: lower case, longest run of zeros shortened. Undefined for other lengths. */
export function ipToText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  const { start, length } = longestZeroRun(groups);
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(":");
  if (length < 2) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

function longestZeroRun(groups: number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}

function ip6ToBytes(text: string): Uint8Array {
  // The last 32 bits may be written as IPv4 (RFC 4291, 2.2).
  const plain = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [(Number(a) << 8) | Number(b), (Number(c) << 8) | Number(d)].map((group) => group.toString(16)).join(":"),
  );
  const [left = "", right] = plain.split("::");
  const head = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  const groups = [...head, ...new Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
  const bytes = new Uint8Array(16);
  groups.forEach((group, i) => {
    const value = Number.parseInt(group, 16);
    bytes[2 * i] = value >> 8;
    bytes[2 * i + 1] = value & 0xff;
  });
  return bytes;
}
