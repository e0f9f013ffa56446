import { describe, expect, it } from "vitest";
import { compareKeys } from "../key-order.js";
import { KeyIndex } from "./key-index.js";

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe("compareKeys", () => {
  it("orders as UTF-8 bytes do, beyond the basic plane too", () => {
    const keys = [
      "",
      "a",
      "a/",
      "a/b",
      "aa",
      "a\u0000",
      "é",
      "\ud7ff",
      "\ue000",
      "\uffff",
      "\u{10000}",
      "\u{1f600}",
      "a\u{1f600}b",
    ];
    for (const a of keys) {
      for (const b of keys) expect(Math.sign(compareKeys(a, b)), JSON.stringify([a, b])).toBe(Math.sign(byBytes(a, b)));
    }
  });
});

describe("KeyIndex", () => {
  it("walks a prefix in order after any mix of inserts and deletes", () => {
    const index = new KeyIndex();
    const model = new Set<string>();
    let seed = 7;
    const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
    for (let i = 0; i < 20_000; i++) {
      const key = `/${["a", "b", "\uffff", "\u{1f600}"][random(4)]}/${random(2_000)}`;
      if (random(3) === 0) {
        index.delete(key);
        model.delete(key);
      } else {
        index.add(key);
        model.add(key);
      }
    }
    const sorted = [...model].sort(byBytes);
    expect([...index.range("")]).toEqual(sorted);
    for (const prefix of ["/a", "/a/1", "/\u{1f600}/", "/zz"]) {
      const expected = sorted.filter((key) => key.startsWith(prefix));
      expect([...index.range(prefix)]).toEqual(expected);
      const middle = expected[expected.length >> 1] ?? "/a/5";
      expect([...index.range(prefix, middle)]).toEqual(expected.filter((key) => byBytes(key, middle) > 0));
    }
    for (const key of sorted) index.delete(key);
    expect([...index.range("")]).toEqual([]);
  });
});
