import { describe, expect, test } from "vitest";
import type { PanelLink } from "../model/panel.js";
import type { OwnRoute, PodAddress, PodLink } from "../model/pod-network.js";
import { type PortActual, type PortSpec, planPort } from "./plan-port.js";

const spec: PortSpec = {
  panel: "PANEL",
  netns: "POD",
  ifName: "in1",
  panelName: "p1",
  panelAlias: "default/a:in1",
  podAlias: "ratchet lab default/a:in1",
  podAliasPrefix: "ratchet lab ",
  mtuBytes: 1450,
  mac: null,
  defaultMac: "02:00:00:00:00:01",
  addresses: ["10.0.0.1/24"],
  routes: [{ to: "10.9.0.0/16", via: "10.0.0.2", family: 4 }],
};
const panelHalf: PanelLink = {
  ifIndex: 1000,
  ifName: "p1",
  alias: "default/a:in1",
  kind: "veth",
  mtuBytes: 1450,
  isUp: true,
  hasCarrier: true,
  peerIndex: 2,
  peerNetnsId: 0,
  vxlan: undefined,
};
const podHalf: PodLink = {
  ifIndex: 2,
  ifName: "in1",
  alias: "ratchet lab default/a:in1",
  mac: "02:00:00:00:00:01",
  mtuBytes: 1450,
  isUp: true,
  hasCarrier: true,
  operState: "up",
};
const address: PodAddress = { ifIndex: 2, address: "10.0.0.1/24", isOwn: true };
const route: OwnRoute = { ifIndex: 2, to: "10.9.0.0/16", via: "10.0.0.2", family: 4 };
const converged: PortActual = { panelHalf, podHalf, nameTakenBy: undefined, addresses: [address], routes: [route] };
const nothing: PortActual = {
  panelHalf: undefined,
  podHalf: undefined,
  nameTakenBy: undefined,
  addresses: [],
  routes: [],
};

function actions(actual: PortActual, asked: Partial<PortSpec> = {}) {
  return planPort({ ...spec, ...asked }, actual).actions.map(({ action }) => action);
}

describe("planPort", () => {
  test("has nothing to do for a port that is as asked", () => {
    expect(planPort(spec, converged)).toEqual({ actions: [], problem: undefined, isBlocked: false });
  });

  test("makes a missing port, then its addresses, then its routes; the panel half stays down", () => {
    expect(actions(nothing)).toEqual([
      {
        op: "createVeth",
        end: { netns: "PANEL", ifName: "p1", mtuBytes: 1450, alias: "default/a:in1" },
        peer: {
          netns: "POD",
          ifName: "in1",
          mac: "02:00:00:00:00:01",
          mtuBytes: 1450,
          alias: "ratchet lab default/a:in1",
          isUp: true,
        },
      },
      { op: "addAddress", netns: "POD", link: { ifName: "in1" }, address: "10.0.0.1/24", protocol: 82 },
      { op: "addRoute", netns: "POD", link: { ifName: "in1" }, to: "10.9.0.0/16", via: "10.0.0.2", protocol: 82 },
    ]);
  });

  test("gives a new port the MAC that is asked for, and a route without next hop none", () => {
    const [create, route] = actions(nothing, {
      mac: "02:00:00:00:00:99",
      addresses: [],
      routes: [{ to: "10.8.0.0/16", via: undefined, family: 4 }],
    });
    expect(create).toMatchObject({ peer: { mac: "02:00:00:00:00:99" } });
    expect(route).toEqual({
      op: "addRoute",
      netns: "POD",
      link: { ifName: "in1" },
      to: "10.8.0.0/16",
      protocol: 82,
    });
  });

  test("deletes a panel half whose other half is elsewhere, and waits for that", () => {
    const plan = planPort(spec, { ...nothing, panelHalf });
    expect(plan).toMatchObject({ isBlocked: true, problem: undefined });
    expect(plan.actions.map(({ action }) => action)).toEqual([
      { op: "deleteLinks", netns: "PANEL", links: [{ ifIndex: 1000 }] },
    ]);
  });

  test("deletes a leftover of its own under the name", () => {
    const plan = planPort(spec, { ...nothing, nameTakenBy: { ...podHalf, ifIndex: 9 } });
    expect(plan.isBlocked).toBe(true);
    expect(plan.actions[0]?.action).toEqual({ op: "deleteLinks", netns: "POD", links: [{ ifIndex: 9 }] });
  });

  test.each(["", "mine", "ratchet other-lab default/a:in1"])(
    "leaves a foreign interface of the name with alias %j alone",
    (alias) => {
      const plan = planPort(spec, { ...nothing, nameTakenBy: { ...podHalf, alias } });
      expect(plan).toMatchObject({ actions: [], problem: { reason: "InterfaceExists" }, isBlocked: false });
    },
  );

  test("mends MTU and alias of the panel half in one step", () => {
    expect(actions({ ...converged, panelHalf: { ...panelHalf, mtuBytes: 1500, alias: "x" } })).toEqual([
      { op: "setLink", netns: "PANEL", link: { ifIndex: 1000 }, mtuBytes: 1450, alias: "default/a:in1" },
    ]);
  });

  test("leaves the administrative state of both halves alone", () => {
    const isUp = false;
    const down = { ...converged, panelHalf: { ...panelHalf, isUp }, podHalf: { ...podHalf, isUp } };
    expect(actions(down)).toEqual([]);
  });

  test("raises a pod's half that an earlier life did not finish", () => {
    expect(actions({ ...converged, podHalf: { ...podHalf, alias: "", isUp: false } })).toEqual([
      { op: "setLink", netns: "POD", link: { ifIndex: 2 }, alias: "ratchet lab default/a:in1", isUp: true },
    ]);
  });

  test("puts a changed alias right without raising", () => {
    expect(actions({ ...converged, podHalf: { ...podHalf, alias: "mine", isUp: false } })).toEqual([
      { op: "setLink", netns: "POD", link: { ifIndex: 2 }, alias: "ratchet lab default/a:in1" },
    ]);
  });

  test("sets MTU, and a MAC only when one is asked for", () => {
    const changed = { ...converged, podHalf: { ...podHalf, mtuBytes: 900, mac: "02:00:00:00:00:77" } };
    expect(actions(changed)).toEqual([{ op: "setLink", netns: "POD", link: { ifIndex: 2 }, mtuBytes: 1450 }]);
    expect(actions(changed, { mac: "02:00:00:00:00:01" })).toEqual([
      { op: "setLink", netns: "POD", link: { ifIndex: 2 }, mtuBytes: 1450, mac: "02:00:00:00:00:01" },
    ]);
  });

  test("gives a renamed half its name back", () => {
    expect(actions({ ...converged, podHalf: { ...podHalf, ifName: "other" } })).toEqual([
      { op: "setLink", netns: "POD", link: { ifIndex: 2 }, isUp: false },
      { op: "setLink", netns: "POD", link: { ifIndex: 2 }, ifName: "in1", isUp: true },
    ]);
  });

  test("adds missing addresses before it removes its own unwanted ones, and leaves the pod's", () => {
    const actual = [
      { ifIndex: 2, address: "10.0.0.7/24", isOwn: true },
      { ifIndex: 2, address: "172.16.0.1/24", isOwn: false },
    ];
    expect(actions({ ...converged, addresses: actual })).toEqual([
      { op: "addAddress", netns: "POD", link: { ifIndex: 2 }, address: "10.0.0.1/24", protocol: 82 },
      { op: "deleteAddress", netns: "POD", link: { ifIndex: 2 }, address: "10.0.0.7/24" },
    ]);
  });

  test("replaces routes: the unwanted one goes first, for the new one may have its prefix", () => {
    const old: OwnRoute = { ifIndex: 2, to: "10.9.0.0/16", via: "10.0.0.9", family: 4 };
    expect(actions({ ...converged, routes: [old] })).toEqual([
      { op: "deleteRoute", netns: "POD", link: { ifIndex: 2 }, to: "10.9.0.0/16", via: "10.0.0.9", protocol: 82 },
      { op: "addRoute", netns: "POD", link: { ifIndex: 2 }, to: "10.9.0.0/16", via: "10.0.0.2", protocol: 82 },
    ]);
  });

  test("waits with routes while the pod keeps its interface down", () => {
    expect(actions({ ...converged, podHalf: { ...podHalf, isUp: false }, routes: [] })).toEqual([]);
  });
});
