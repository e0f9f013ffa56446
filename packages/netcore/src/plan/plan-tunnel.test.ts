import { describe, expect, test } from "vitest";
import type { PanelLink } from "../model/panel.js";
import { planTunnel, type TunnelSpec } from "./plan-tunnel.js";

const spec: TunnelSpec = {
  panel: "PANEL",
  underlay: "NODE",
  parent: "eth0",
  ifName: "vx4711",
  alias: "tunnel default/ab",
  vni: 4711,
  localAddress: "10.255.0.1",
  remoteAddress: "10.255.0.2",
  port: 4789,
  mtuBytes: 1450,
};
const ends = { vni: 4711, local: "10.255.0.1", remote: "10.255.0.2", dstPort: 4789 };
const actual: PanelLink = {
  ifIndex: 1001,
  ifName: "vx4711",
  alias: "tunnel default/ab",
  kind: "vxlan",
  mtuBytes: 1450,
  isUp: true,
  hasCarrier: true,
  peerIndex: 0,
  peerNetnsId: undefined,
  vxlan: ends,
};

describe("planTunnel", () => {
  test("has nothing to do for a tunnel that is as asked", () => {
    expect(planTunnel(spec, actual)).toEqual({ actions: [], isBlocked: false });
  });

  test("makes a missing tunnel from the node's namespace into the panel, up", () => {
    expect(planTunnel(spec, undefined).actions.map(({ action }) => action)).toEqual([
      {
        op: "createVxlan",
        netns: "NODE",
        panel: "PANEL",
        parent: { ifName: "eth0" },
        ifName: "vx4711",
        alias: "tunnel default/ab",
        vni: 4711,
        local: "10.255.0.1",
        remote: "10.255.0.2",
        dstPort: 4789,
        mtuBytes: 1450,
        isUp: true,
      },
    ]);
  });

  test.each([
    ["VNI", { ...ends, vni: 1 }],
    ["local address", { ...ends, local: "10.255.0.9" }],
    ["remote address", { ...ends, remote: "10.255.0.9" }],
    ["port", { ...ends, dstPort: 8472 }],
    ["kind", undefined],
  ])("replaces a tunnel of another %s, waiting for the old one to go", (_, vxlan) => {
    const plan = planTunnel(spec, { ...actual, vxlan });
    expect(plan.isBlocked).toBe(true);
    expect(plan.actions[0]?.action).toEqual({ op: "deleteLinks", netns: "PANEL", links: [{ ifIndex: 1001 }] });
  });

  test("mends MTU, alias and state in one step", () => {
    const changed = { ...actual, mtuBytes: 1500, alias: "", isUp: false };
    expect(planTunnel(spec, changed).actions.map(({ action }) => action)).toEqual([
      {
        op: "setLink",
        netns: "PANEL",
        link: { ifIndex: 1001 },
        mtuBytes: 1450,
        alias: "tunnel default/ab",
        isUp: true,
      },
    ]);
  });
});
