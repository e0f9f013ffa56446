import { expect, test } from "vitest";
import { aLink, aNode, aPod, cloudRouter, modelOf, resourcesOf } from "../test-support/resources.js";
import { firstPlaces } from "./place.js";
import { placeNear, placeNew } from "./place-new.js";
import { isInside } from "./point.js";
import { buildScene } from "./scene.js";

test("a chain reads from left to right", () => {
  const places = firstPlaces(modelOf(cloudRouter()));
  const xs = ["centosa", "quagga-a", "quagga-b", "centosb"].map((name) => places.get(`pod/${name}`)?.x ?? Number.NaN);
  expect(xs).toEqual([...xs].sort((a, b) => a - b));
  expect(new Set(["centosa", "centosb"].map((name) => places.get(`pod/${name}`)?.y)).size).toBe(1);
});

test("every browser places the same things alike, in whatever order they came", () => {
  const { nodes, pods, links, faults } = cloudRouter();
  const turned = {
    faults,
    nodes: new Map([...nodes].reverse()),
    pods: new Map([...pods].reverse()),
    links: new Map([...links].reverse()),
  };
  expect(firstPlaces(modelOf(turned))).toEqual(firstPlaces(modelOf({ nodes, pods, links, faults })));
});

test("no two cards overlap and no box overlaps another, with 300 pods on 6 nodes", () => {
  const nodes = Array.from({ length: 6 }, (_, i) => aNode(`n${i}`));
  const pods = Array.from({ length: 300 }, (_, i) => aPod(`p${i}`, `n${i % 6}`));
  const links = Array.from({ length: 300 }, (_, i) => aLink(`l${i}`, `p${i}:a`, `p${(i * 7 + 1) % 300}:b`));
  const model = modelOf(resourcesOf(...nodes, ...pods, ...links));
  const places = firstPlaces(model);
  const scene = buildScene(model, (id) => places.get(id));
  for (const group of [[...scene.pods.values()], [...scene.boxes.values()]]) {
    for (const [index, one] of group.entries()) {
      for (const two of group.slice(index + 1)) {
        const isApart =
          Math.abs(one.x - two.x) >= (one.width + two.width) / 2 ||
          Math.abs(one.y - two.y) >= (one.height + two.height) / 2;
        expect(isApart, `${one.model.id} and ${two.model.id}`).toBe(true);
      }
    }
  }
});

test("a pod wished onto another one stands beside it", () => {
  const model = modelOf(cloudRouter());
  const standing = firstPlaces(model);
  const wish = standing.get("pod/centosa") ?? { x: 0, y: 0 };
  const place = placeNear(model, (id) => standing.get(id), "new", wish);
  expect(Math.hypot(place.x - wish.x, place.y - wish.y)).toBeGreaterThan(60);
  expect(placeNear(model, (id) => standing.get(id), "new", { x: wish.x, y: wish.y + 500 })).toEqual({
    x: wish.x,
    y: wish.y + 500,
  });
});

test("a new pod finds room in its box and moves nobody", () => {
  const before = cloudRouter();
  const standing = firstPlaces(modelOf(before));
  const model = modelOf({ ...before, pods: new Map([...before.pods, ["new", aPod("new", "left")]]) });
  const fresh = placeNew(model, standing);
  expect([...fresh.keys()]).toEqual(["pod/new"]);
  const scene = buildScene(model, (id) => fresh.get(id) ?? standing.get(id));
  const own = scene.pods.get("pod/new");
  if (!own) throw new Error("pod/new has no place");
  for (const other of scene.pods.values()) {
    if (other !== own) expect(isInside(other, own, 10)).toBe(false);
  }
});
