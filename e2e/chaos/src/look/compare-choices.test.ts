import type { Pod } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { emptyWorld, type Held, keyOf, type LinkDocument, type PodDocument, type World } from "../model/world.js";
import { compareChoices } from "./compare-choices.js";

const pod = (name: string, labels: Record<string, string> = { tier: "web" }): Held<PodDocument> => ({
  kind: "Pod",
  namespace: "default",
  name,
  labels,
  uid: name.charCodeAt(0),
  spec: { node: "left", sandbox: { managed: true } },
});
const link: Held<LinkDocument> = {
  kind: "Link",
  namespace: "default",
  name: "s0",
  labels: {},
  uid: 1,
  spec: {
    endpoints: [
      { pod: "a", interface: "s0" },
      { podSelector: { tier: "web" }, interface: "s0" },
    ],
    transport: "auto",
    wiring: "patched",
    state: "up",
  },
};
const world: World = {
  ...emptyWorld,
  objects: new Map([pod("a"), pod("b"), pod("c"), pod("d", {}), link].map((object) => [keyOf(object), object])),
};
const made = (name: string, createdAt: string) => ({ metadata: { namespace: "default", name, createdAt } }) as Pod;
const pods = [made("a", "4"), made("b", "2"), made("c", "1"), made("d", "3")];
const chosen = (name: string | null) => new Map([["default/s0", [null, name]]]);
const all = () => true;

test("the newest ready pod with the labels has to be chosen, and never the one at the other end", () => {
  expect(compareChoices(world, all, pods, chosen("b"))).toEqual([]);
  for (const wrong of ["a", "c", "d", null])
    expect(compareChoices(world, all, pods, chosen(wrong))).toEqual([
      `choice: link default/s0 end 1 is in ${wrong} instead of b`,
    ]);
});

test("one that is not ready gives way, and keeps the wire when nobody is ready", () => {
  expect(compareChoices(world, ({ name }) => name !== "b", pods, chosen("b"))).toHaveLength(1);
  expect(compareChoices(world, ({ name }) => name !== "b", pods, chosen("c"))).toEqual([]);
  for (const left of ["b", "c", null]) expect(compareChoices(world, () => false, pods, chosen(left))).toEqual([]);
  expect(compareChoices(world, () => false, pods, chosen("d"))).toHaveLength(1);
});

test("of two that were made at once either is right", () => {
  const twins = [made("b", "2"), made("c", "2")];
  for (const either of ["b", "c"]) expect(compareChoices(world, all, twins, chosen(either))).toEqual([]);
});
