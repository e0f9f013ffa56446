import { describe, expect, test } from "vitest";
import { expect as expectation, lifeOf, type ModelNode, withoutFormerLives } from "./expected.js";
import { emptyWorld, type Held, keyOf, type LinkDocument, type PodDocument, type World } from "./world.js";

const nodes: ModelNode[] = [
  { name: "left", labels: { side: "left" }, address: "10.255.0.1" },
  { name: "right", labels: { side: "right" }, address: "10.255.0.2" },
];
const pod = (name: string, node: string): Held<PodDocument> => ({
  kind: "Pod",
  namespace: "default",
  name,
  labels: {},
  uid: name.charCodeAt(0),
  spec: { node, sandbox: { managed: true } },
});
const link = (spec: Partial<LinkDocument["spec"]> = {}): Held<LinkDocument> => ({
  kind: "Link",
  namespace: "default",
  name: "ab",
  labels: {},
  uid: 1,
  spec: {
    endpoints: [
      { pod: "a", interface: "e0", addresses: ["10.0.0.1/24"] },
      { pod: "b", interface: "e0", addresses: ["10.0.0.2/24"] },
    ],
    transport: "auto",
    wiring: "patched",
    state: "up",
    ...spec,
  },
});
const worldOf = (objects: Held[], more: Partial<World> = {}): World => ({
  ...emptyWorld,
  objects: new Map(objects.map((object) => [keyOf(object), object])),
  ...more,
});
const portOf = (world: World, node: string, name: string) =>
  expectation(world, nodes).nodes.get(node)?.pods.get(`default.${name}`)?.ports.get("e0");

describe("a world asks of the kernels", () => {
  test("a wire inside a node from port to port", () => {
    const world = worldOf([pod("a", "left"), pod("b", "left"), link()]);
    expect(portOf(world, "left", "a")).toMatchObject({
      hasCarrier: true,
      leadsTo: "default/b:e0",
      mtuBytes: 1450,
      addresses: ["10.0.0.1/24"],
    });
    expect(expectation(world, nodes).nodes.get("left")?.tunnels.size).toBe(0);
  });

  test("a wire across nodes through a tunnel on each", () => {
    const world = worldOf([pod("a", "left"), pod("b", "right"), link({ vni: 7 })]);
    expect(portOf(world, "left", "a")).toMatchObject({ hasCarrier: true, leadsTo: "tunnel default/ab" });
    expect(expectation(world, nodes).nodes.get("right")?.tunnels.get("default/ab")).toMatchObject({
      vni: 7,
      remote: "10.255.0.1",
      leadsTo: "default/b:e0",
    });
  });

  test.each<[string, World, string]>([
    ["is cut", worldOf([pod("a", "left"), pod("b", "left"), link({ state: "down" })]), "Down"],
    ["has no other pod", worldOf([pod("a", "left"), link()]), "Pending"],
    [
      "would need a tunnel and asks for a veth",
      worldOf([pod("a", "left"), pod("b", "right"), link({ transport: "veth" })]),
      "Error",
    ],
    [
      "asks for a tunnel inside a node",
      worldOf([pod("a", "left"), pod("b", "left"), link({ transport: "vxlan" })]),
      "Error",
    ],
    [
      "has lost its other pod",
      worldOf([pod("a", "left"), pod("b", "left"), link()], {
        runs: new Map([["Pod default/b", { uid: 98, isRunning: false, incarnation: 0 }]]),
      }),
      "Down",
    ],
  ])("no carrier on a port whose wire %s", (_, world, phase) => {
    expect(portOf(world, "left", "a")?.hasCarrier).toBe(false);
    expect(expectation(world, nodes).links.get("default/ab")?.phase).toBe(phase);
  });

  test("nothing of a pod whose namespace was pulled away, until it lives again", () => {
    const b = pod("b", "left");
    const pulled = worldOf([b], { pulled: new Map([["Pod default/b", lifeOf(worldOf([b]), b, "left")]]) });
    expect(expectation(pulled, nodes).pods.get("default/b")?.phase).toBe("Gone");
    const restarted = {
      ...pulled,
      runs: new Map([["Pod default/b", { uid: b.uid, isRunning: true, incarnation: 1 }]]),
    };
    expect(expectation(restarted, nodes).pods.get("default/b")?.phase).toBe("Ready");
    expect(withoutFormerLives(restarted, nodes).pulled.size).toBe(0);
    expect(withoutFormerLives(pulled, nodes).pulled.size).toBe(1);
  });
});
