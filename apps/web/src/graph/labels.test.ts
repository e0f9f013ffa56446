import { expect, test } from "vitest";
import { aLink, aNode, aPod, cloudRouter, modelOf, resourcesOf } from "../test-support/resources.js";
import { type Label, placeLabels } from "./labels.js";
import type { GraphModel } from "./model.js";
import { firstPlaces } from "./place.js";
import { around, buildScene } from "./scene.js";

const OPTIONS = {
  measure: (_kind: Label["kind"], text: string) => text.length * 7 + 4,
  measured: () => ({ rtt: "20.4 ms", rate: "→1.2M ←84k" }),
  favoured: new Set<string>(),
  muted: () => false,
};

function labelsOf(
  model: GraphModel,
  zoom: number,
): { labels: Label[]; cards: { x: number; y: number; width: number; height: number }[] } {
  const places = firstPlaces(model);
  const scene = buildScene(model, (id) => places.get(id));
  const all = around(scene.boxes.values(), 40);
  const width = all.width * zoom;
  const height = all.height * zoom;
  const pan = { x: width / 2 - all.x * zoom, y: height / 2 - all.y * zoom };
  const cards = [...scene.pods.values()].map((pod) => ({
    x: (pod.x - pod.width / 2) * zoom + pan.x,
    y: (pod.y - pod.height / 2) * zoom + pan.y,
    width: pod.width * zoom,
    height: pod.height * zoom,
  }));
  return { labels: placeLabels(scene, { zoom, pan, width, height }, OPTIONS), cards };
}

function overlaps(a: Omit<Label, "kind" | "text" | "wire">, b: Omit<Label, "kind" | "text" | "wire">): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

test("the cloud router shows every name, address and VNI", () => {
  const { labels } = labelsOf(modelOf(cloudRouter()), 1);
  const named = labels.filter((label) => label.kind !== "rate" && label.kind !== "rtt");
  expect(named.map((label) => label.text).sort()).toEqual(
    [
      ...["in1", "in2", "mid1", "mid2", "out1", "out2", "4711"],
      ...["2.100", "2.101", "3.100", "3.101", "4.100", "4.101"].map((rest) => `192.168.${rest}/24`),
    ].sort(),
  );
});

test.each([0.3, 0.5, 0.8, 1, 1.6])("nothing overlaps in a mesh at zoom %d", (zoom) => {
  const nodes = [aNode("n"), aNode("m")];
  const pods = Array.from({ length: 12 }, (_, i) => aPod(`pod-${i}`, i % 2 ? "n" : "m"));
  const links = Array.from({ length: 40 }, (_, i) =>
    aLink(`l${i}`, `pod-${i % 12}:eth${i}`, `pod-${(i * 5 + 1 + (i % 3)) % 12}:eth${i + 100}`, {
      addresses: [[`10.0.${i}.1/24`], [`10.0.${i}.2/24`]],
      ...(i % 2 ? { vni: 4000 + i } : {}),
    }),
  ).filter((link) => new Set(link.spec.endpoints.map((end) => ("pod" in end ? end.pod : ""))).size === 2);
  const { labels, cards } = labelsOf(modelOf(resourcesOf(...nodes, ...pods, ...links)), zoom);
  for (const [index, one] of labels.entries()) {
    for (const two of labels.slice(index + 1)) expect(overlaps(one, two), `${one.text} over ${two.text}`).toBe(false);
    for (const card of cards) expect(overlaps(one, card), `${one.text} over a card`).toBe(false);
  }
});

test("far away there are no addresses, and then no names", () => {
  const kinds = (zoom: number) => new Set(labelsOf(modelOf(cloudRouter()), zoom).labels.map((label) => label.kind));
  expect(kinds(0.55).has("address")).toBe(false);
  expect(kinds(0.55).has("name")).toBe(true);
  expect([...kinds(0.2)]).toEqual(["rtt"]);
});
