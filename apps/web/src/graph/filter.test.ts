import { expect, test } from "vitest";
import { aLink, aPod, cloudRouter, modelOf, resourcesOf } from "../test-support/resources.js";
import { applyFilter, parseFilter } from "./filter.js";
import { linkRows } from "./link-rows.js";
import { rerouteHint, rerouteRefusal, wireRefusal } from "./refusal.js";
import { kept, namesOf, toggled } from "./selection.js";

const base = cloudRouter();
const model = modelOf({
  ...base,
  links: new Map([...base.links, ["d", aLink("d", "centosa:x", "centosb:x", { phase: "Down", state: "down" })]]),
});
const wires = (text: string) => [...(applyFilter(model, parseFilter(text))?.wires ?? [])].sort();

test("an empty filter is none", () => {
  expect(applyFilter(model, parseFilter("  "))).toBeUndefined();
});

test("terms narrow down, a minus excludes", () => {
  expect(wires("state:cut")).toEqual(["link/d"]);
  expect(wires("node:left")).toEqual(["link/a", "link/b", "link/d"]);
  expect(wires("node:left transport:vxlan")).toEqual(["link/b"]);
  expect(wires("node:left -node:right")).toEqual(["link/a"]);
  expect(wires("vni:4711")).toEqual(["link/b"]);
  expect(wires("192.168.4")).toEqual(["link/c"]);
  expect(wires("interface:in1")).toEqual(["link/a"]);
});

test("pods at the ends of what matches stay visible", () => {
  expect([...(applyFilter(model, parseFilter("vni:4711"))?.pods ?? [])].sort()).toEqual([
    "pod/quagga-a",
    "pod/quagga-b",
  ]);
});

test("rows of the table follow filter and order", () => {
  const names = (column: "state" | "name", isDescending: boolean, matching?: Set<string>) =>
    linkRows(model, matching, { column, isDescending }).map((wire) => wire.name);
  expect(names("name", true)).toEqual(["d", "c", "b", "a"]);
  expect(names("state", true)[0]).toBe("d");
  expect(names("name", false, new Set(["link/c"]))).toEqual(["c"]);
});

test("says why a wire cannot end there", () => {
  expect(wireRefusal(model, "pod/centosa", "pod/centosa")).toMatch(/another pod/);
  expect(wireRefusal(model, "pod/centosa", "pod/centosb")).toBeUndefined();
  expect(rerouteRefusal(model, "link/a", 1, "pod/quagga-a")).toMatch(/already ends here/);
  expect(rerouteRefusal(model, "link/a", 1, "pod/centosa")).toMatch(/other end/);
  expect(rerouteRefusal(model, "link/a", 1, "pod/quagga-b")).toBeUndefined();
});

test("an end that labels have chosen can go to a named pod, and not to labels that have chosen none", () => {
  const link = aLink("l", "a:1", "b:1");
  link.spec.endpoints[1] = { podSelector: { app: "router" }, interface: "eth1" };
  const waiting = aLink("waiting", "a:2", "b:2");
  waiting.spec.endpoints[1] = { podSelector: { app: "none" }, interface: "eth1" };
  const [near, far] = link.status.endpoints;
  if (!near || !far) throw new Error("a link has two ends");
  link.status.endpoints = [near, { ...far, pod: "r1" }];
  const chosen = modelOf(resourcesOf(aPod("a", null), aPod("r1", null), aPod("c", null), link, waiting));
  expect(rerouteRefusal(chosen, "link/l", 1, "pod/c")).toBeUndefined();
  expect(rerouteHint(chosen, "link/l", 1, "pod/c")).toBe("Re-route to c, no longer by app=router");
  expect(rerouteHint(chosen, "link/l", 0, "pod/c")).toBe("Re-route to c");
  expect(rerouteRefusal(chosen, "link/l", 1, "pod/r1")).toBe("It already ends here, chosen by app=router");
  expect(rerouteRefusal(chosen, "link/l", 1, "pod/app=none")).toMatch(/No pod has these labels yet/);
  expect(wireRefusal(chosen, "pod/a", "pod/app=none")).toMatch(/No pod has these labels yet/);
  expect(rerouteRefusal(chosen, "link/waiting", 1, "pod/c")).toBeUndefined();
});

test("a selection keeps what exists, and is the same while nothing vanished", () => {
  const selection = new Set(["pod/a", "link/l"]);
  expect(kept(selection, () => true)).toBe(selection);
  expect([...kept(selection, (id) => id !== "link/l")]).toEqual(["pod/a"]);
  expect(namesOf(toggled(selection, "link/m"), "link")).toEqual(["l", "m"]);
});
