import { describe, expect, it } from "vitest";
import { cutIntoChunks, readChunk, type StagedOp } from "./chunk.js";
import { decodeValue, encodeValue, isTooBig } from "./value.js";

describe("chunks", () => {
  it("fit the limits and give back every operation in order", () => {
    const ops = Array.from({ length: 1_000 }, (_, i): StagedOp => [i, `/k/${i}`, i % 3 ? "ü".repeat(i * 7) : null]);
    const chunks = cutIntoChunks(ops, 128, 400_000);
    expect(chunks.flatMap(readChunk)).toEqual(ops);
    for (const chunk of chunks) {
      expect(chunk.length).toBeLessThan(350_000);
      expect(readChunk(chunk).length).toBeLessThanOrEqual(120);
    }
    expect(chunks.length).toBeLessThan(60);
  });
});

describe("values", () => {
  it("are never taken for pointers, nor pointers for values", () => {
    const pointer = { blob: "id", pieces: 3 };
    expect(decodeValue(encodeValue(pointer))).toEqual(pointer);
    for (const text of ["", "\u00ff", "\u{10ffff}", "id 3"]) expect(decodeValue(encodeValue(text))).toBe(text);
  });

  it("are too big by what they take in a chunk", () => {
    expect(isTooBig("a".repeat(200_000))).toBe(false);
    expect(isTooBig("\u0001".repeat(200_000))).toBe(true);
    expect(isTooBig("a".repeat(400_000))).toBe(true);
  });
});
