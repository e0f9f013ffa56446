import { expect, test } from "vitest";
import { cloudRouter, modelOf } from "../test-support/resources.js";
import { hitTest, insideBox, podUnder, REACH } from "./hit.js";
import { firstPlaces } from "./place.js";
import { buildScene } from "./scene.js";

const model = modelOf(cloudRouter());
const places = firstPlaces(model);
const scene = buildScene(model, (id) => places.get(id));
const pod = scene.pods.get("pod/centosa");
const wire = scene.wires.get("link/a");
if (!pod || !wire) throw new Error("the scene lacks what it is tested with");
const none = new Set<string>();

test("the middle of a card is the pod, its rim begins a wire", () => {
  expect(hitTest(scene, pod, REACH, none)).toEqual({ kind: "pod", pod: "pod/centosa" });
  expect(hitTest(scene, { x: pod.x, y: pod.y + pod.height / 2 + 4 }, REACH, none)).toEqual({
    kind: "rim",
    pod: "pod/centosa",
  });
});

test("an end can be taken only while its wire is selected", () => {
  expect(hitTest(scene, wire.path.from, REACH, none).kind).toBe("rim");
  expect(hitTest(scene, wire.path.from, REACH, new Set(["link/a"]))).toEqual({ kind: "end", wire: "link/a", end: 0 });
});

test("a wire is hit beside its line, a box where nothing else is", () => {
  const middle = { x: (wire.path.from.x + wire.path.to.x) / 2, y: wire.path.from.y + 5 };
  expect(hitTest(scene, middle, REACH, none)).toEqual({ kind: "wire", wire: "link/a" });
  expect(hitTest(scene, { x: middle.x, y: middle.y + 25 }, REACH, none)).toEqual({ kind: "box", box: "node/left" });
  expect(hitTest(scene, { x: -9e4, y: 0 }, REACH, none)).toEqual({ kind: "ground" });
});

test("what is dropped near a card lands on it", () => {
  expect(podUnder(scene, { x: pod.x, y: pod.y - pod.height / 2 - 10 }, 14)).toBe("pod/centosa");
  expect(podUnder(scene, { x: pod.x, y: pod.y - pod.height / 2 - 20 }, 14)).toBeUndefined();
});

test("a drawn box holds pods by their middle and wires by both ends", () => {
  const box = scene.boxes.get("node/left");
  if (!box) throw new Error("node/left is not in the scene");
  const corner = (sign: number) => ({ x: box.x + (sign * box.width) / 2, y: box.y + (sign * box.height) / 2 });
  expect(insideBox(scene, corner(1), corner(-1)).sort()).toEqual(["link/a", "pod/centosa", "pod/quagga-a"]);
});
