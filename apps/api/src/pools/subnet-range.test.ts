import { parseIp } from "@ratchet/contracts";
import { describe, expect, it } from "vitest";
import { SubnetAllocator } from "./subnet-allocator.js";
import { endAddresses, SubnetRange, subnetOf } from "./subnet-range.js";

const ip = (text: string) => parseIp(text) ?? expect.fail(text);

describe("SubnetRange", () => {
  it("numbers every /31 and /127 of its prefixes and finds each by its number again", () => {
    for (const range of [
      new SubnetRange(4, ["10.0.0.0/29", "10.9.0.4/31", "172.16.0.0/28"]),
      new SubnetRange(6, ["fd00::/125", "fd00:1::10/127"]),
    ]) {
      const networks = Array.from({ length: Number(range.size) }, (_, i) => range.at(BigInt(i)));
      expect(new Set(networks).size).toBe(networks.length);
      expect(networks.map((network) => Number(range.indexOf(ip(network))))).toEqual(networks.map((_, i) => i));
      for (const network of networks) expect(range.holds(ip(network))).toBe(true);
      expect(() => range.at(range.size)).toThrow(RangeError);
    }
  });

  it("holds nothing outside, nor of the other family", () => {
    const range = new SubnetRange(4, ["10.0.0.0/29"]);
    for (const text of ["9.255.255.255", "10.0.0.8", "fd00::1"]) expect(range.holds(ip(text))).toBe(false);
    expect(range.indexOf(ip("10.0.0.8"))).toBeUndefined();
  });

  it("gives the two ends of a wire the two addresses of its network", () => {
    expect(endAddresses(subnetOf(ip("10.0.0.7")))).toEqual(["10.0.0.6/31", "10.0.0.7/31"]);
    expect(endAddresses(subnetOf(ip("fd00::a")))).toEqual(["fd00::a/127", "fd00::b/127"]);
  });
});

describe("SubnetAllocator", () => {
  it("gives out every network once, then none, and one given back only after all others", () => {
    const range = new SubnetRange(4, ["10.0.0.0/28"]);
    const allocator = new SubnetAllocator();
    const taken = new Set<string>();
    const next = () => allocator.next("default 4", range, taken.size, (network) => taken.has(network));
    const first = next() ?? "";
    taken.add(first);
    taken.delete(first);
    for (let i = 1; i < 8; i++) taken.add(next() ?? "");
    expect(taken.size).toBe(7);
    expect(taken.has(first)).toBe(false);
    expect(next()).toBe(first);
    taken.add(first);
    expect(next()).toBeUndefined();
  });

  it("gives nothing where there is nothing", () => {
    expect(new SubnetAllocator().next("default 6", new SubnetRange(6, []), 0, () => false)).toBeUndefined();
  });

  it("finds the one that is left of a wide pool at once", () => {
    const range = new SubnetRange(6, ["fd00::/64"]);
    const allocator = new SubnetAllocator();
    allocator.startAfter("default 6", range.size - 2n);
    const taken = new Set([range.at(range.size - 1n), range.at(0n)]);
    expect(allocator.next("default 6", range, 2, (network) => taken.has(network))).toBe(range.at(1n));
  });
});
