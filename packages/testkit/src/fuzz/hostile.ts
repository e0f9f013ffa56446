import type { Random } from "../random.js";

const STRINGS = [
  "",
  " ",
  "\0",
  "__proto__",
  "constructor",
  "toString",
  "../../etc/passwd",
  "a/b",
  "%00",
  "%2e%2e%2f",
  "$(id)",
  "'; --",
  "\u{1f980}",
  "\ud800",
  "١٢٣",
  "a".repeat(64),
  "A".repeat(5000),
  "10.0.0.1/24",
  "10.0.0.256/24",
  "fe80::1%eth0/64",
  "::ffff:10.0.0.1/120",
  "0x10",
  "1e3",
  "-0",
  "null",
  "true",
  "in1",
  "a.b.c",
  "eth0@if7",
];
const NUMBERS = [
  0,
  -0,
  -1,
  1,
  0.5,
  68,
  1e3,
  65_535,
  65_536,
  2 ** 24,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  1e21,
  1e308,
];

/** A string that programs have stumbled over. */
export function hostileString(random: Random): string {
  return random.pick(STRINGS);
}

/** Any JSON value that programs have stumbled over; at most `depth` levels of lists and objects. */
export function hostileValue(random: Random, depth = 3): unknown {
  switch (random.int(depth > 0 ? 8 : 5)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.pick(NUMBERS);
    case 3:
    case 4:
      return hostileString(random);
    case 5:
      return Array.from({ length: random.int(4) }, () => hostileValue(random, depth - 1));
    case 6:
      return Object.fromEntries(
        Array.from({ length: random.int(4) }, () => [hostileString(random), hostileValue(random, depth - 1)]),
      );
    default:
      // An own key of this name, as JSON.parse makes it and an object literal does not.
      return JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}');
  }
}

/** Lists within lists, as text: deeper than a recursive parser likes. */
export function deepJson(levels: number): string {
  return "[".repeat(levels) + "]".repeat(levels);
}
