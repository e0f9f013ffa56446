import { parsePrefix } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { aLink, aPod, cloudRouter, resourcesOf } from "../test-support/resources.js";
import { suggestInterface, takenInterfaces } from "./suggest-interface.js";
import { suggestLinkName } from "./suggest-name.js";
import { suggestPair, usedPrefixes } from "./suggest-prefix.js";

test("continues the pattern of a pod's interfaces, and never offers one that is taken", () => {
  expect(suggestInterface(new Set(["lo"]))).toBe("eth1");
  expect(suggestInterface(new Set(["lo", "eth1", "eth2"]))).toBe("eth3");
  expect(suggestInterface(new Set(["ge-1", "ge-2", "eth0"]))).toBe("ge-3");
  expect(suggestInterface(new Set(["in1"]))).toBe("eth1");
});

test("counts interfaces of the spec, of the kernel and of links as taken", () => {
  const pod = aPod("a", "n", { interfaces: [{ name: "eth1" }] });
  pod.status.interfaces.push({
    name: "eth2",
    ifIndex: 2,
    mac: null,
    mtu: null,
    addresses: [],
    carrier: null,
    link: null,
  });
  const resources = resourcesOf(pod, aLink("l", "b:eth9", "a:eth3"));
  expect([...takenInterfaces(resources, "a")].sort()).toEqual(["eth1", "eth2", "eth3", "lo"]);
});

test("offers the first pair of /31 addresses that overlaps nothing", () => {
  const used = (texts: string[]) => texts.flatMap((text) => parsePrefix(text) ?? []);
  expect(suggestPair([])).toEqual(["10.99.0.0/31", "10.99.0.1/31"]);
  expect(suggestPair(used(["10.99.0.0/31"]))).toEqual(["10.99.0.2/31", "10.99.0.3/31"]);
  expect(suggestPair(used(["10.99.0.3/32"]))).toEqual(["10.99.0.0/31", "10.99.0.1/31"]);
  expect(suggestPair(used(["10.99.0.77/24"]))).toEqual(["10.99.1.0/31", "10.99.1.1/31"]);
  expect(suggestPair(used(["10.99.0.1/32", "10.99.0.2/32"]))).toEqual(["10.99.0.4/31", "10.99.0.5/31"]);
  expect(suggestPair(used(["10.0.0.1/8"]))).toBeUndefined();
});

test("reads addresses from links, interfaces and loopbacks", () => {
  const { pods, links, faults } = cloudRouter();
  const more = aPod("x", null, {
    loopback: ["10.99.0.0/32"],
    interfaces: [{ name: "e", addresses: ["10.99.0.2/31"] }],
  });
  const used = usedPrefixes({ nodes: new Map(), pods: new Map([...pods, ["x", more]]), links, faults });
  expect(used).toHaveLength(8);
  expect(suggestPair(used)?.[0]).toBe("10.99.0.4/31");
});

test("names of links stay RFC 1123 labels", () => {
  expect(suggestLinkName("a", "b", new Set(["a-b", "a-b-2"]))).toBe("a-b-3");
  const long = suggestLinkName("x".repeat(63), "y", new Set());
  expect(long.length).toBeLessThanOrEqual(63);
});
