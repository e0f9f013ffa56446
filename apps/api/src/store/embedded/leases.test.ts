import { describe, expect, it } from "vitest";
import type { Clock } from "./clock.js";
import { Leases } from "./leases.js";

class FakeClock implements Clock {
  #nowMs = 0;
  #alarms: { atMs: number; callback: () => void }[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const alarm = { atMs: this.#nowMs + delayMs, callback };
    this.#alarms.push(alarm);
    return () => (this.#alarms = this.#alarms.filter((other) => other !== alarm));
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    const due = this.#alarms.filter((alarm) => alarm.atMs <= this.#nowMs);
    this.#alarms = this.#alarms.filter((alarm) => alarm.atMs > this.#nowMs);
    for (const { callback } of due) callback();
  }
}

function make() {
  const clock = new FakeClock();
  const ended: string[] = [];
  const leases: Leases = new Leases(clock, () => {
    for (const id of leases.due()) {
      leases.remove(id);
      ended.push(id);
    }
  });
  return { clock, ended, leases };
}

describe("Leases", () => {
  it("ends each lease at its own deadline", () => {
    const { clock, ended, leases } = make();
    leases.add("long", 10);
    leases.add("short", 1);
    leases.add("middle", 5);
    clock.advance(999);
    expect(ended).toEqual([]);
    clock.advance(1);
    expect(ended).toEqual(["short"]);
    clock.advance(4_000);
    expect(ended).toEqual(["short", "middle"]);
    clock.advance(5_000);
    expect(ended).toEqual(["short", "middle", "long"]);
  });

  it("gives a lease its full time again when it is kept alive", () => {
    const { clock, ended, leases } = make();
    leases.add("a", 10);
    clock.advance(9_000);
    expect(leases.keepAlive("a")).toEqual({ id: "a", ttlSeconds: 10 });
    clock.advance(9_999);
    expect(ended).toEqual([]);
    clock.advance(1);
    expect(ended).toEqual(["a"]);
    expect(() => leases.keepAlive("a")).toThrow("does not exist or has expired");
  });
});
