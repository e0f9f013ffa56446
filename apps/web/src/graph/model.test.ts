import { expect, test } from "vitest";
import { aFault, aLink, aNode, aPod, cloudRouter, modelOf, resourcesOf } from "../test-support/resources.js";
import { countStates } from "./counts.js";
import { diffGraph, edgeKey } from "./diff.js";
import { fitMark, markOf } from "./wire-mark.js";
import { stateWord } from "./wire-state.js";

test("puts pods into their nodes' boxes and counts them", () => {
  const model = modelOf(cloudRouter());
  expect([...model.boxes.values()].map((box) => [box.name, box.podCount])).toEqual([
    ["left", 2],
    ["right", 2],
  ]);
  expect(model.pods.get("pod/centosb")?.box).toBe("node/right");
});

test("a pod that only a link names is there as absent, in no box", () => {
  const model = modelOf(resourcesOf(aLink("l", "here:a", "later:b")));
  expect(model.pods.get("pod/later")).toMatchObject({ phase: "Absent", box: null });
});

test("while the stream is silent nothing is known", () => {
  const model = modelOf(cloudRouter(), { isStale: true });
  expect([...model.wires.values()].map((wire) => wire.state)).toEqual(["unknown", "unknown", "unknown"]);
  expect([...model.pods.values()].every((pod) => pod.phase === "Unknown")).toBe(true);
  expect([...model.boxes.values()].every((box) => !box.isKnown)).toBe(true);
  expect(model.wires.get("link/a")?.ends[0].carrier).toBeNull();
});

test("an action of this page shows as pending before the stream does", () => {
  const model = modelOf(cloudRouter(), { pendingLinks: new Set(["b"]) });
  expect(model.wires.get("link/b")?.state).toBe("pending");
  expect(model.wires.get("link/a")?.state).toBe("up");
});

test("tells a cut from a wire that lost its other pod", () => {
  const model = modelOf(
    resourcesOf(
      aLink("cut", "a:1", "b:1", { phase: "Down", state: "down" }),
      aLink("lost", "a:2", "b:2", { phase: "Down" }),
    ),
  );
  expect([...model.wires.values()].map(stateWord)).toEqual(["cut", "down"]);
  expect(countStates(model).get("cut")).toEqual(["link/cut"]);
});

test("parallel wires get lanes that do not depend on the order of their ends", () => {
  const model = modelOf(resourcesOf(aLink("y", "b:1", "a:1"), aLink("x", "a:2", "b:2"), aLink("z", "a:3", "b:3")));
  expect(["x", "y", "z"].map((name) => model.wires.get(`link/${name}`)?.lane)).toEqual([-1, 0, 1]);
});

test("the graph follows: an end that moved is another edge, a pod on another node another parent", () => {
  const before = modelOf(resourcesOf(aNode("n"), aNode("m"), aPod("a", "n"), aPod("b", "n"), aLink("l", "a:1", "b:1")));
  const shape = {
    nodes: new Map<string, string | null>([
      ...[...before.boxes.keys()].map((id): [string, null] => [id, null]),
      ...[...before.pods.values()].map((pod): [string, string | null] => [pod.id, pod.box]),
    ]),
    edges: new Map([["link/l", edgeKey("pod/a", "pod/b")]]),
  };
  expect(Object.values(diffGraph(shape, before)).flat()).toEqual([]);
  const after = modelOf(resourcesOf(aNode("n"), aNode("m"), aPod("a", "m"), aPod("c", "n"), aLink("l", "a:1", "c:1")));
  const diff = diffGraph(shape, after);
  expect(diff.movedNodes).toEqual([{ id: "pod/a", parent: "node/m" }]);
  expect(diff.removedNodes).toEqual(["pod/b"]);
  expect(diff.addedNodes).toEqual([{ id: "pod/c", parent: "node/n" }]);
  expect(diff.removedEdges).toEqual(["link/l"]);
  expect(diff.addedEdges).toEqual([{ id: "link/l", source: "pod/a", target: "pod/c" }]);
});

test("nothing of a node that is away is shown as up", () => {
  const away = aNode("right");
  away.status.phase = "Unknown";
  const { pods, links } = cloudRouter();
  const model = modelOf(resourcesOf(aNode("left"), away, ...pods.values(), ...links.values()));
  expect([...model.wires.values()].map((wire) => [wire.name, wire.state])).toEqual([
    ["a", "up"],
    ["b", "unknown"],
    ["c", "unknown"],
  ]);
  expect(model.pods.get("pod/centosb")?.phase).toBe("Unknown");
});

test("a wire that a fault took down is told from a cut, and counts down to its end", () => {
  const endsAt = "2026-01-01T00:01:00.000Z";
  const at = Date.parse(endsAt);
  const fault = aFault("f", { target: { link: "lost" }, action: { type: "down" } }, ["lost"], endsAt);
  const over = aFault("g", { target: { link: "cut" }, action: { type: "down" } }, ["cut"], endsAt);
  over.status = { ...over.status, phase: "Ended", ended: "deadline", endedAt: endsAt };
  const model = modelOf(
    resourcesOf(
      aLink("cut", "a:1", "b:1", { phase: "Down", state: "down" }),
      aLink("lost", "a:2", "b:2", { phase: "Down" }),
      fault,
      over,
    ),
  );
  const [cut, lost] = [...model.wires.values()];
  if (!cut || !lost) throw new Error("two wires were given");
  expect([cut, lost].map(stateWord)).toEqual(["cut", "faulted"]);
  expect(markOf(cut, at)).toEqual({ kind: "cross" });
  expect(markOf(lost, at - 23_400)).toMatchObject({ kind: "pill", text: "24 s", hasBolt: true });
});

test("a wire whose directions suffer differently says both in its figure", () => {
  const link = aLink("l", "a:1", "b:1");
  link.spec.impairments = [
    { from: "a", delayMs: 20 },
    { from: "b", delayMs: 80, lossPercent: 2 },
  ];
  const wire = modelOf(resourcesOf(link)).wires.get("link/l");
  expect(wire).toMatchObject({ state: "impaired", figure: "20/80 ms · 0/2 %" });
});

test("a mark gives up its figures before it covers its wire", () => {
  const mark = { kind: "pill", text: "1:26 · 20/80 ms", hasBolt: true, tone: "down" } as const;
  expect([400, 120, 40].map((length) => fitMark(mark, length).text)).toEqual(["1:26 · 20/80 ms", "1:26", ""]);
});
