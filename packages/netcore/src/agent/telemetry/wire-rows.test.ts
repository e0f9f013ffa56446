import { expect, test } from "vitest";
import type { LinkStats } from "../../rtnetlink/kernel-link.js";
import { wire } from "../testing/scene.js";
import { wireRows } from "./wire-rows.js";

const zero = {
  rxPackets: 0,
  txPackets: 0,
  rxBytes: 0,
  txBytes: 0,
  rxErrors: 0,
  txErrors: 0,
  rxDropped: 0,
  txDropped: 0,
};
const stats = (more: Partial<LinkStats>): LinkStats => ({ ...zero, ...more });
const indexOf = ({ podUid }: { podUid: string }) => ({ "uid-a": 1, "uid-b": 2 })[podUid];
const local = wire("ab", "a:in1", "b:in1");
const tunnel = wire("ab", "a:in1", "b:in1", {
  peer: {
    type: "tunnel",
    tunnel: { vni: 1, localAddress: "10.9.0.1", remoteAddress: "10.9.0.2", port: 4789, mtuBytes: 1450 },
  },
});

test("between two ports each direction is what the receiving half handed over, and drops follow the frame", () => {
  const before = new Map([
    [1, stats({ txPackets: 100, txBytes: 1000 })],
    [2, stats({ txPackets: 7 })],
  ]);
  const now = new Map([
    [1, stats({ txPackets: 103, txBytes: 1300, rxDropped: 2, rxPackets: 50 })],
    [2, stats({ txPackets: 12, txBytes: 500, rxDropped: 4 })],
  ]);
  expect(wireRows([local], indexOf, before, now)).toEqual([
    [local.linkUid, 0, 3, 300, 4, 0],
    [local.linkUid, 1, 5, 500, 2, 0],
  ]);
});

test("towards a tunnel, it is what came from the pod", () => {
  const now = new Map([[1, stats({ rxPackets: 9, rxBytes: 900, txPackets: 4, txBytes: 400 })]]);
  expect(wireRows([tunnel], indexOf, new Map(), now)).toEqual([
    [tunnel.linkUid, 0, 4, 400, 0, 0],
    [tunnel.linkUid, 1, 9, 900, 0, 0],
  ]);
});

test("idle wires have no row, gone interfaces carry nothing, and a counter that began anew counts from zero", () => {
  const same = new Map([[1, stats({ txPackets: 5 })]]);
  expect(wireRows([tunnel], indexOf, same, same)).toEqual([]);
  expect(wireRows([tunnel], indexOf, same, new Map())).toEqual([]);
  expect(wireRows([tunnel], indexOf, same, new Map([[1, stats({ txPackets: 2 })]]))).toEqual([
    [tunnel.linkUid, 0, 2, 0, 0, 0],
  ]);
});
