import { describe, expect, it } from "vitest";
import { formatIp, parseIp } from "./ip.js";
import { contains, networkOf, parsePrefix } from "./prefix.js";

function randomV6(seed: number): bigint {
  let value = 0n;
  for (let word = 0; word < 8; word++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    // A third of the words are zero, so that every place and length of `::` occurs.
    value = (value << 16n) | (seed % 3 === 0 ? 0n : BigInt(seed & 0xffff));
  }
  return value;
}

describe("addresses", () => {
  it("read back what they write, for any IPv6 value", () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const value = randomV6(seed);
      if (value >> 32n === 0xffffn) continue;
      expect(parseIp(formatIp({ family: 6, value }))).toEqual({ family: 6, value });
    }
  });

  it.each([
    ["0:0:0:0:0:0:0:0", "::"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ])("writes %s as %s (RFC 5952)", (text, canonical) => {
    const ip = parseIp(text);
    expect(ip && formatIp(ip)).toBe(canonical);
  });

  it.each([
    "1::2::3",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "1.2.3",
    "1.2.3.4.5",
    "a.b.c.d",
    "1::2:3:4:5:6:7:8",
  ])("refuses %s", (text) => {
    expect(parseIp(text)).toBeUndefined();
  });
});

describe("prefixes", () => {
  it("know their network and what lies in it", () => {
    const prefix = parsePrefix("10.1.2.3/22");
    if (!prefix) throw new Error("unreadable");
    expect(formatIp(networkOf(prefix).ip)).toBe("10.1.0.0");
    expect(contains(prefix, parseIp("10.1.3.255") ?? prefix.ip)).toBe(true);
    expect(contains(prefix, parseIp("10.1.4.0") ?? prefix.ip)).toBe(false);
    expect(contains(prefix, parseIp("fd00::1") ?? prefix.ip)).toBe(false);
  });
});
