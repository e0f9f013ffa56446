import { describe, expect, it } from "vitest";
import { parseLockHolder } from "./lock-holder.js";

const locks = `1: POSIX  ADVISORY  WRITE 7350 fe:00:9977883 1073741824 1073742335
1: -> POSIX  ADVISORY  WRITE 9999 fe:00:55 0 EOF
2: FLOCK  ADVISORY  WRITE 41 fe:00:9977884 0 EOF
3: POSIX  ADVISORY  READ  99 103:1a2:77 0 EOF
`;

describe("parseLockHolder", () => {
  it("finds the holder by device and inode, of POSIX locks only", () => {
    expect(parseLockHolder(locks, 0xfe00, 9977883)).toBe(7350);
    expect(parseLockHolder(locks, 0xfe01, 9977883)).toBeUndefined();
    expect(parseLockHolder(locks, 0xfe00, 9977884)).toBeUndefined();
    expect(parseLockHolder(locks, 0x1103a2, 77)).toBe(99);
    expect(parseLockHolder("", 1, 1)).toBeUndefined();
  });

  it("takes a process that waits for a lock for no holder", () => {
    expect(parseLockHolder(locks, 0xfe00, 55)).toBeUndefined();
  });
});
