import { expect, test } from "vitest";
import type { Action } from "./action.js";
import { arrange } from "./order.js";
import { stepsOf } from "./steps.js";

const panel = "/panel";

/** Levels as `namespace: positions of actions`, in order. */
function levels(actions: Action[]): Record<string, number[]>[] {
  return arrange(actions.flatMap(stepsOf)).map((level) =>
    Object.fromEntries([...level].map(([netns, steps]) => [netns, steps.map((step) => step.action)])),
  );
}

function port(pod: string, n: number): Action[] {
  const ifName = `in${n}`;
  return [
    { op: "createVeth", end: { netns: panel, ifName: `p${n}` }, peer: { netns: pod, ifName, isUp: true } },
    { op: "addAddress", netns: pod, link: { ifName }, address: `10.0.0.${n}/24` },
  ];
}

const redirect = (from: string, to: string): Action => ({
  op: "redirect",
  netns: panel,
  from: { ifName: from },
  to: { ifName: to },
});

test("many wires take two rounds, however the actions are interleaved", () => {
  const actions = [...port("/a", 1), ...port("/b", 2), redirect("p1", "p2"), ...port("/a", 3), redirect("p3", "p1")];
  expect(levels(actions)).toEqual([{ [panel]: [0, 2, 4, 5, 7] }, { "/a": [0, 1, 5, 6], "/b": [2, 3] }]);
});

test("a deletion comes after what stands before it and before what stands behind it", () => {
  const actions: Action[] = [
    ...port("/a", 1),
    { op: "deleteLinks", netns: "/a", links: [{ ifIndex: 9 }] },
    ...port("/a", 2),
  ];
  expect(levels(actions)).toEqual([{ [panel]: [0] }, { "/a": [0, 1, 2] }, { [panel]: [3] }, { "/a": [3, 4] }]);
});

test("an announcement follows the redirect before it, and routes without interface the addresses before them", () => {
  const tunnel: Action = {
    ...{ op: "createVxlan", netns: "/node", panel, ifName: "vx", vni: 1, local: "192.0.2.1", remote: "192.0.2.2" },
    dstPort: 4789,
  };
  const announce: Action = {
    op: "announce",
    netns: panel,
    link: { ifIndex: 5 },
    mac: "02:00:00:00:00:01",
    addresses: [],
  };
  expect(levels([tunnel, redirect("vx", "p1"), announce])).toEqual([{ "/node": [0] }, { [panel]: [1, 2] }]);
  const route: Action = { op: "replaceRoute", netns: "/a", to: "default", via: "10.0.0.9" };
  expect(levels([...port("/a", 1), route])).toEqual([{ [panel]: [0] }, { "/a": [0, 1, 2] }]);
});

test("a setting stands before the interface that is made behind it", () => {
  const setting: Action = { op: "setSysctl", netns: "/a", name: "net.ipv6.conf.default.accept_ra", value: "0" };
  expect(levels([setting, ...port("/a", 1)])).toEqual([{ "/a": [0] }, { [panel]: [1] }, { "/a": [1, 2] }]);
});
