import { expect, test } from "vitest";
import type { NodeReports } from "../status/status-registry.js";
import { farEnd } from "./far-end.js";

const node = (change: Partial<NodeReports>, wire?: { isReady: boolean; vni: number }): NodeReports => ({
  isConnected: true,
  lastSeenMs: 0,
  hasFullStatus: true,
  version: 1,
  pods: new Map(),
  ports: new Map(),
  wires: new Map(wire ? [["l", { linkUid: "l", revision: 1, isPatched: false, error: null, ...wire }]] : []),
  faults: new Map(),
  vnis: new Set(),
  ...change,
});
const READY = { isReady: true, vni: 5 };

test.each([
  ["present when its agent has the tunnel", node({}, READY), "present"],
  ["absent when its agent says it has not", node({}, { ...READY, isReady: false }), "absent"],
  ["absent when its agent has another tunnel", node({}, { ...READY, vni: 4 }), "absent"],
  ["absent when its agent said all it has", node({}), "absent"],
  ["unknown while its agent has not said all it has", node({ hasFullStatus: false }), "unknown"],
  ["present as it last was when its agent is away", node({ isConnected: false }, READY), "present"],
  ["unknown when its agent is away and had nothing", node({ isConnected: false }), "unknown"],
  ["unknown when nothing was ever heard", undefined, "unknown"],
] as const)("is %s", (_what, reports, expected) => {
  expect(farEnd(reports, "l", 5)).toBe(expected);
});
