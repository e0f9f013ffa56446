import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { ipToBytes, ipToText, parsePrefix } from "./ip-address.js";
import { macToBytes, macToText } from "./mac-address.js";

test.each([
  ["::", "::"],
  ["::1", "::1"],
  ["FD00:0:0:1:0:0:0:1", "fd00:0:0:1::1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["1::", "1::"],
  ["::ffff:192.0.2.1", "::ffff:c000:201"],
  ["10.0.0.255", "10.0.0.255"],
])("%s is %s in its shortest form", (text, short) => {
  expect(ipToText(ipToBytes(text))).toBe(short);
});

test("any address reads back from its text", () => {
  for (let round = 0; round < 500; round++) {
    const bytes = Uint8Array.from(randomBytes(round % 2 === 0 ? 4 : 16), (byte) => (byte < 120 ? 0 : byte));
    expect(ipToBytes(ipToText(bytes)!)).toEqual(bytes);
  }
});

test.each(["", "10.0.0", "10.0.0.256", "fe80::1%eth0", "1::2::3", "x", "010.0.0.1", "10.0.0.1 "])(
  "%j is no address",
  (text) => {
    expect(() => ipToBytes(text)).toThrow(TypeError);
  },
);

test.each(["10.0.0.1/33", "10.0.0.1/", "10.0.0.1/-1", "fd00::/129", "10.0.0.1/24/1", "10.0.0.1/1e1", "/24"])(
  "%j is no prefix",
  (text) => {
    expect(() => parsePrefix(text)).toThrow(TypeError);
  },
);

test("a prefix without length is the whole address", () => {
  expect(parsePrefix("10.0.0.1").prefixLength).toBe(32);
  expect(parsePrefix("fd00::1").prefixLength).toBe(128);
});

test("a MAC address reads back, and nothing else is one", () => {
  expect(macToText(macToBytes("02:0A:00:ff:00:01"))).toBe("02:0a:00:ff:00:01");
  for (const text of ["02:00:00:00:00", "02-00-00-00-00-01", "02:00:00:00:00:0g", ""]) {
    expect(() => macToBytes(text)).toThrow(TypeError);
  }
});
