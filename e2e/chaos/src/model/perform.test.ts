import { describe, expect, test } from "vitest";
import type { Operation } from "../schedule/operation.js";
import { perform, type Resolved, settled } from "./perform.js";
import {
  type Document,
  emptyWorld,
  type LinkDocument,
  linksOf,
  type ModelChange,
  podIn,
  runOf,
  type World,
} from "./world.js";

const pod = (name: string, spec: object = {}): Document => ({
  kind: "Pod",
  namespace: "default",
  name,
  labels: {},
  spec: { node: "left", sandbox: { managed: true }, ...spec },
});
const link = (name: string, a: string, b: string, spec: Partial<LinkDocument["spec"]> = {}): LinkDocument => {
  const ends = [a, b].map((text) => {
    const [podName = "", ifName = ""] = text.split(":");
    return { pod: podName, interface: ifName };
  }) as LinkDocument["spec"]["endpoints"];
  return {
    kind: "Link",
    namespace: "default",
    name,
    labels: {},
    spec: { endpoints: ends, transport: "auto", wiring: "patched", state: "up", ...spec },
  };
};
const create = (document: Document): Operation => ({ op: "create", document });

/** Plays operations that have to be accepted. */
function play(...operations: Resolved[]): { world: World; changes: ModelChange[] } {
  let world = emptyWorld;
  let changes: ModelChange[] = [];
  for (const operation of operations) {
    const { accepted } = perform(world, operation);
    if (accepted === undefined) throw new Error(`refused: ${JSON.stringify(operation)}`);
    ({ world, changes } = accepted);
  }
  return { world, changes };
}
const as = (operation: Operation) => operation as Resolved;
const refusals = (world: World, operation: Operation) => {
  const verdict = perform(world, as(operation));
  return verdict.accepted === undefined ? verdict.refusals : [];
};
const names = (world: World) => [...world.objects.keys()].sort();

describe("the model refuses", () => {
  const { world } = play(as(create(pod("a"))), as(create(link("ab", "a:e0", "b:e0", { vni: 7 }))));

  test.each<[string, Operation, string]>([
    ["a name that is taken", create(link("ab", "c:e0", "d:e0")), "AlreadyExists"],
    ["an interface that another link has", create(link("ac", "a:e0", "c:e0")), "InterfaceTaken"],
    ["a VNI that another link has", create(link("cd", "c:e0", "d:e0", { vni: 7 })), "VniTaken"],
    ["a wire from an interface to itself", create(link("aa", "a:e1", "a:e1")), "Invalid"],
    ["an MTU that no tunnel carries", create(link("cd", "c:e0", "d:e0", { mtu: 1480 })), "Invalid"],
    ["what is not there", { op: "delete", kind: "Link", namespace: "default", name: "no" }, "NotFound"],
    [
      "a stale condition",
      { op: "patch", kind: "Link", namespace: "default", name: "ab", patch: {}, isStale: true },
      "Stale",
    ],
  ])("%s", (_, operation, code) => {
    expect(refusals(world, operation)).toContain(code);
  });

  test("an address that is on another interface of the pod", () => {
    const twice = create(
      pod("a2", { loopback: ["1.1.1.1/32"], interfaces: [{ name: "e0", addresses: ["1.1.1.1/24"] }] }),
    );
    expect(refusals(world, twice)).toContain("AddressTaken");
  });

  test("a whole apply for one of its objects", () => {
    const documents = [link("new", "c:e0", "d:e0"), link("bad", "a:e0", "d:e1")];
    expect(refusals(world, { op: "apply", documents })).toEqual(["InterfaceTaken"]);
  });
});

describe("the model accepts", () => {
  test("what is as it was, and records nothing", () => {
    const { world, changes } = play(as(create(link("ab", "a:e0", "b:e0"))), {
      op: "replace",
      document: link("ab", "a:e0", "b:e0"),
    });
    expect(changes).toEqual([]);
    expect(names(world)).toEqual(["Link default/ab"]);
  });

  test("an interface that one link gives up and another takes in one apply", () => {
    const documents = [link("ab", "a:e1", "b:e0"), link("ac", "a:e0", "c:e0")];
    const { changes } = play(as(create(link("ab", "a:e0", "b:e0"))), { op: "apply", documents });
    expect(changes.map(({ verb, name }) => `${verb} ${name}`)).toEqual(["update ab", "create ac"]);
  });

  test("a prune, which takes what carries the set and is not named", () => {
    const red = { "ratchet.network/set": "red" };
    const { world } = play(
      as(create({ ...link("old", "a:e0", "b:e0"), labels: red })),
      as(create(link("other", "a:e1", "b:e1"))),
      { op: "apply", documents: [{ ...link("new", "a:e0", "c:e0"), labels: red }], prune: "red" },
    );
    expect(names(world)).toEqual(["Link default/new", "Link default/other"]);
  });

  test("a re-route, without the MAC of the old end", () => {
    const before = link("ab", "a:e0", "b:e0");
    before.spec.endpoints[1].mac = "02:00:00:00:00:01";
    const { world, changes } = play(as(create(before)), {
      op: "reroute",
      namespace: "default",
      name: "ab",
      endpoint: 1,
      to: { pod: "c" },
    });
    expect(linksOf(world)[0]?.spec.endpoints[1]).toEqual({ pod: "c", interface: "e0" });
    expect(changes.map(({ verb }) => verb)).toEqual(["reroute"]);
  });

  test("a VNI that another link gave up in this round perhaps, and later for certain", () => {
    const { world } = play(as(create(link("ab", "a:e0", "b:e0", { vni: 7 }))), {
      op: "delete",
      kind: "Link",
      namespace: "default",
      name: "ab",
    });
    const again = as(create(link("cd", "c:e0", "d:e0", { vni: 7 })));
    expect(perform(world, again)).toMatchObject({ accepted: {}, refusals: ["VniTaken"] });
    expect(perform(settled(world), again)).toMatchObject({ accepted: {}, refusals: [] });
  });
});

test("a VNI that a link no longer asks for may stay with it as long as it asks for no other", () => {
  const said = link("ab", "a:e0", "b:e0", { vni: 7 });
  const { world } = play(as(create(said)), { op: "replace", document: link("ab", "a:e0", "b:e0") });
  const claim = as(create(link("cd", "c:e0", "d:e0", { vni: 7 })));
  expect(perform(settled(settled(world)), claim)).toMatchObject({ accepted: {}, refusals: ["VniTaken"] });
  const { world: other } = perform(world, { op: "replace", document: link("ab", "a:e0", "b:e0", { vni: 8 }) })
    .accepted ?? {
    world,
  };
  expect(perform(settled(other), claim)).toMatchObject({ accepted: {}, refusals: [] });
});

test("of several reasons to refuse, each may be the one that is given", () => {
  const { world } = play(
    as(create({ ...link("ab", "a:e0", "b:e0", { vni: 7 }), labels: { "ratchet.network/set": "red" } })),
  );
  const documents = [link("cd", "c:e0", "d:e0", { vni: 7 }), link("ef", "e:e0", "f:e0", { mtu: 1480 })];
  expect(refusals(world, { op: "apply", documents, prune: "red" }).sort()).toEqual(["Invalid", "VniTaken"]);
});

describe("a revert", () => {
  test("brings a deleted object back as another one, and is refused when there is one again", () => {
    const remove: Resolved = { op: "delete", kind: "Pod", namespace: "default", name: "a" };
    const { world, changes } = play(as(create(pod("a"))), remove);
    const revert: Resolved = { op: "revert", change: changes[0] as ModelChange };
    const back = perform(world, revert).accepted;
    expect(podIn(back?.world as World, "default", "a")?.uid).toBe(2);
    expect(perform(back?.world as World, revert).refusals).toEqual(["Conflict"]);
  });

  test("of a kill gives the pod another life, of a restart is impossible", () => {
    const { world, changes } = play(as(create(pod("a"))), { op: "kill", namespace: "default", name: "a" });
    const back = perform(world, { op: "revert", change: changes[0] as ModelChange }).accepted?.world as World;
    expect(runOf(back, podIn(back, "default", "a") as never)).toEqual({ isRunning: true, incarnation: 1 });
    const restarted = play(as(create(pod("a"))), { op: "restart", namespace: "default", name: "a" });
    expect(perform(restarted.world, { op: "revert", change: restarted.changes[0] as ModelChange }).refusals).toEqual([
      "Unsupported",
    ]);
  });
});
