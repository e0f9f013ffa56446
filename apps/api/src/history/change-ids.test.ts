import { describe, expect, it } from "vitest";
import { ChangeIds } from "./change-ids.js";

describe("ChangeIds", () => {
  it("sorts as made, within a millisecond and when the clock is set back", () => {
    const times = [5_000, 5_000, 4_000, 4_000, 6_000, 1, 6_001];
    let call = 0;
    const ids = new ChangeIds(() => times[Math.floor(call++ / 3_000)]!);
    const made = Array.from({ length: times.length * 3_000 }, () => ids.next());
    expect(made.toSorted()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });

  it("makes UUIDs of version 7 that carry the time", () => {
    const id = new ChangeIds(() => 0x0123456789ab).next();
    expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
