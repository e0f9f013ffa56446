import { keys } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { SubnetAllocator } from "../pools/subnet-allocator.js";
import { Draft } from "../state/draft.js";
import type { World } from "../state/world.js";
import { commitTo, linkRecordOf, podRecordOf, worldOf } from "../test-support/records.js";
import { Binder, type LiveNode } from "./bind-pods.js";
import { type Settling, settle } from "./settle.js";
import { drainOrphan, isVniSettled, VniAllocator } from "./settle-vnis.js";

const POD = (name: string) => keys.pod("default", name);
const LINK = keys.link("default", "ab");
const on = (name: string, node: string) => podRecordOf(name, { node, sandbox: { managed: true } });

const readinessOf = () => "unknown" as const;

function run(world: World, what: Partial<Settling>, nodes: LiveNode[] = []): void {
  const draft = new Draft(world);
  const labelsOf = (name: string) => nodes.find((node) => node.name === name)?.labels;
  const tools = {
    binder: new Binder(() => nodes),
    allocator: new VniAllocator(),
    subnets: new SubnetAllocator(),
    labelsOf,
    readinessOf,
  };
  settle(draft, { pods: new Set(), links: new Set(), goneLinks: new Set(), ...what }, tools);
  commitTo(world, draft.toTransaction().ops, 2);
}
const vnis = (world: World) => [...world.vnis].sort().map((vni) => world.vni(vni));

test("a link across nodes gets a VNI, one inside a node none", () => {
  const world = worldOf(
    on("a", "n1"),
    on("b", "n2"),
    linkRecordOf("ab", ["a", "b"]),
    on("c", "n1"),
    linkRecordOf("ac", ["a", "c"]),
  );
  run(world, { links: new Set([LINK, keys.link("default", "ac")]) });
  expect(vnis(world)).toMatchObject([{ linkUid: "uid-ab", nodes: ["n1", "n2"], state: "used" }]);
});

test("a link whose end moved to another node gets a fresh VNI and the old one drains", () => {
  const world = worldOf(on("a", "n1"), on("b", "n2"), linkRecordOf("ab", ["a", "b"]));
  run(world, { links: new Set([LINK]) });
  const [before] = vnis(world);
  world.put(POD("b"), on("b", "n3"), 3);
  run(world, { pods: new Set([POD("b")]) });
  expect(vnis(world)).toMatchObject([
    { vni: before?.vni, nodes: ["n1", "n2"], state: "draining" },
    { nodes: ["n1", "n3"], state: "used" },
  ]);
});

test("settling twice changes nothing", () => {
  const world = worldOf(on("a", "n1"), on("b", "n2"), linkRecordOf("ab", ["a", "b"]));
  run(world, { links: new Set([LINK]) });
  const before = vnis(world);
  run(world, { links: new Set([LINK]), pods: new Set([POD("a")]) });
  expect(vnis(world)).toEqual(before);
});

test("a deleted link's VNI drains until its nodes have confirmed", () => {
  const world = worldOf(on("a", "n1"), on("b", "n2"), linkRecordOf("ab", ["a", "b"]));
  run(world, { links: new Set([LINK]) });
  world.delete(LINK);
  run(world, { goneLinks: new Set(["uid-ab"]) });
  expect(vnis(world)).toMatchObject([{ state: "draining", nodes: ["n1", "n2"] }]);
});

test("pods go to the matching node with the fewest and stay there while it matches", () => {
  const nodes = [
    { name: "n1", labels: { side: "left" }, pods: 5 },
    { name: "n2", labels: { side: "left" }, pods: 1 },
    { name: "n3", labels: { side: "right" }, pods: 0 },
  ];
  const pod = podRecordOf("a", { nodeSelector: { side: "left" }, sandbox: { managed: true } });
  const world = worldOf(pod);
  run(world, { pods: new Set([POD("a")]) }, nodes);
  expect(world.nodeOf(POD("a"))).toBe("n2");
  const fuller = nodes.map((node) => (node.name === "n2" ? { ...node, pods: 99 } : node));
  run(world, { pods: new Set([POD("a")]) }, fuller);
  expect(world.nodeOf(POD("a"))).toBe("n2");
  world.put(POD("a"), { ...pod, spec: { ...pod.spec, nodeSelector: { side: "right" } } }, 3);
  run(world, { pods: new Set([POD("a")]) }, fuller);
  expect(world.nodeOf(POD("a"))).toBe("n3");
});

test("a pod that is gone leaves no binding and no run behind", () => {
  const world = worldOf(podRecordOf("a"));
  run(world, { pods: new Set([POD("a")]) }, [{ name: "n1", labels: {}, pods: 0 }]);
  world.put(keys.run("default", "a"), { podUid: "uid-a", isRunning: false, incarnation: 1 }, 2);
  world.delete(POD("a"));
  run(world, { pods: new Set([POD("a")]) });
  expect([...world.keys()]).toEqual([]);
});

test("numbers given back are not given out again at once", () => {
  const allocator = new VniAllocator();
  const first = allocator.next(() => false) ?? 0;
  expect(allocator.next(() => false)).toBe(first + 1);
  allocator.startAbove([first + 100]);
  expect(allocator.next((vni) => vni === first + 101)).toBe(first + 102);
});

test("a pod that is no longer put on its node by name stays there while it fits, the node being away too", () => {
  const nodes = [
    { name: "n1", labels: { side: "left" }, pods: 5 },
    { name: "n2", labels: { side: "left" }, pods: 1 },
  ];
  for (const live of [nodes, nodes.slice(1), []]) {
    const world = worldOf(on("a", "n1"));
    const draft = new Draft(world);
    draft.put(POD("a"), podRecordOf("a", { nodeSelector: { side: "left" }, sandbox: { managed: true } }));
    const labelsOf = (name: string) => nodes.find((node) => node.name === name)?.labels;
    const tools = {
      binder: new Binder(() => live),
      allocator: new VniAllocator(),
      subnets: new SubnetAllocator(),
      labelsOf,
      readinessOf,
    };
    settle(draft, { pods: new Set([POD("a")]), links: new Set(), goneLinks: new Set() }, tools);
    expect(draft.nodeOf(POD("a"))).toBe("n1");
  }
});

/** What a transaction decided on `before` would do where `now` is in effect: nothing when its grounds are gone. */
function commitLate(before: World, now: World, what: Partial<Settling>): boolean {
  const draft = new Draft(before);
  const tools = {
    binder: new Binder(() => []),
    allocator: new VniAllocator(),
    subnets: new SubnetAllocator(),
    labelsOf: () => undefined,
    readinessOf,
  };
  settle(draft, { pods: new Set(), links: new Set(), goneLinks: new Set(), ...what }, tools);
  const { compare, ops } = draft.toTransaction();
  const isStale = compare.some((item) => {
    if (!("modRevision" in item)) throw new Error(`not a comparison of revisions: ${JSON.stringify(item)}`);
    return (now.entry(item.key)?.modRevision ?? 0) !== item.modRevision;
  });
  if (isStale) return false;
  commitTo(now, ops, 5);
  return true;
}

test.each<[string, (now: World) => void]>([
  ["is deleted", (now) => now.delete(LINK)],
  ["has its other pod moved", (now) => now.put(POD("a"), on("a", "n3"), 3)],
])("no VNI is allocated for a link that meanwhile %s", (_, happen) => {
  const records = () => [on("a", "n1"), on("b", "n2"), linkRecordOf("ab", ["a", "b"])] as const;
  const now = worldOf(...records());
  happen(now);
  expect(commitLate(worldOf(...records()), now, { pods: new Set([POD("b")]) })).toBe(false);
});

test("a link made while its pod was moved gets its VNI afterwards, and of two it keeps one", () => {
  const link = linkRecordOf("ab", ["a", "b"]);
  const world = worldOf(on("a", "n1"), on("b", "n2"), link);
  expect(isVniSettled(new Draft(world), link)).toBe(false);
  run(world, { links: new Set([LINK]) });
  expect(isVniSettled(new Draft(world), link)).toBe(true);
  const [held] = vnis(world);
  world.put(keys.vni(9999), { ...held, vni: 9999 }, 3);
  expect(isVniSettled(new Draft(world), link)).toBe(false);
  run(world, { links: new Set([LINK]) });
  expect(vnis(world).filter((record) => record?.state === "used")).toHaveLength(1);
});

test("a VNI whose link is gone drains, one of a living link does not", () => {
  const world = worldOf(on("a", "n1"), on("b", "n2"), linkRecordOf("ab", ["a", "b"]));
  run(world, { links: new Set([LINK]) });
  const vni = vnis(world)[0]?.vni ?? 0;
  const look = () => {
    const draft = new Draft(world);
    drainOrphan(draft, vni);
    commitTo(world, draft.toTransaction().ops, 4);
    return world.vni(vni)?.state;
  };
  expect(look()).toBe("used");
  world.delete(LINK);
  expect(look()).toBe("draining");
});
