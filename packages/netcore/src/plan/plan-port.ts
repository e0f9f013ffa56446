import type { SetLink } from "../executor/action.js";
import { OWN_PROTOCOL } from "../model/ownership.js";
import type { PanelLink } from "../model/panel.js";
import { type OwnRoute, type PodAddress, type PodLink, routeKey } from "../model/pod-network.js";
import type { Planned } from "./planned.js";

/** A port as asked for, with the names that follow from it. */
export interface PortSpec {
  /** Paths of the two namespaces. */
  panel: string;
  netns: string;
  ifName: string;
  panelName: string;
  panelAlias: string;
  podAlias: string;
  /** What marks any interface of this installation inside a pod. */
  podAliasPrefix: string;
  mtuBytes: number;
  /** Asked for; null = leave what the interface has. */
  mac: string | null;
  /** For an interface that is made now. */
  defaultMac: string;
  addresses: string[];
  routes: { to: string; via: string | undefined; family: 4 | 6 }[];
}

export interface PortActual {
  panelHalf: PanelLink | undefined;
  /** The interface that is the panel half's other half, in this pod. */
  podHalf: PodLink | undefined;
  /** Another interface of the pod that has the name. */
  nameTakenBy: PodLink | undefined;
  addresses: PodAddress[];
  routes: OwnRoute[];
}

export interface PortPlan {
  actions: Planned[];
  /** What stands in the way and cannot be repaired by the agent. */
  problem: { reason: string; message: string } | undefined;
  /** Something has to be deleted first; planned again when the kernel says it is gone. */
  isBlocked: boolean;
}

type LinkChange = Omit<SetLink, "op" | "netns" | "link">;
type LinkRef = SetLink["link"];

/**
 * The actions that turn a port into what is asked for, in order. Pure.
 *
 * The administrative state of the pod's half is the pod's own; it is raised once, together with the alias that
 * marks the port as finished. That of the panel half belongs to the wire.
 */
export function planPort(spec: PortSpec, actual: PortActual): PortPlan {
  const { panelHalf, podHalf } = actual;
  if (panelHalf !== undefined && podHalf === undefined) {
    const finding = `the other half of ${spec.panelAlias} is not in its pod`;
    return blockedBy({
      action: { op: "deleteLinks", netns: spec.panel, links: [{ ifIndex: panelHalf.ifIndex }] },
      finding,
    });
  }
  const taken = actual.nameTakenBy;
  if (taken !== undefined) {
    if (taken.alias.startsWith(spec.podAliasPrefix)) {
      return blockedBy({
        action: { op: "deleteLinks", netns: spec.netns, links: [{ ifIndex: taken.ifIndex }] },
        finding: `${spec.ifName} is a leftover without a panel half`,
      });
    }
    const message = `the pod already has an interface ${spec.ifName} that is not Ratchet's`;
    return { actions: [], problem: { reason: "InterfaceExists", message }, isBlocked: false };
  }
  const actions =
    panelHalf === undefined || podHalf === undefined ? create(spec) : amend(spec, panelHalf, podHalf, actual);
  return { actions, problem: undefined, isBlocked: false };
}

function blockedBy(planned: Planned): PortPlan {
  return { actions: [planned], problem: undefined, isBlocked: true };
}

function create(spec: PortSpec): Planned[] {
  const { panel, netns, ifName, mtuBytes } = spec;
  const finding = `the port ${spec.panelAlias} is missing`;
  const link = { ifName };
  const mac = spec.mac ?? spec.defaultMac;
  return [
    {
      action: {
        op: "createVeth",
        end: { netns: panel, ifName: spec.panelName, mtuBytes, alias: spec.panelAlias },
        peer: { netns, ifName, mac, mtuBytes, alias: spec.podAlias, isUp: true },
      },
      finding,
    },
    ...spec.addresses.map((address) => addAddress(netns, link, address, finding)),
    ...spec.routes.map((route) => addRoute(netns, link, route, finding)),
  ];
}

function addAddress(netns: string, link: LinkRef, address: string, finding: string): Planned {
  return { action: { op: "addAddress", netns, link, address, protocol: OWN_PROTOCOL }, finding };
}

function addRoute(netns: string, link: LinkRef, route: PortSpec["routes"][number], finding: string): Planned {
  const via = route.via === undefined ? {} : { via: route.via };
  return { action: { op: "addRoute", netns, link, to: route.to, ...via, protocol: OWN_PROTOCOL }, finding };
}

function amend(spec: PortSpec, panelHalf: PanelLink, podHalf: PodLink, actual: PortActual): Planned[] {
  const link = { ifIndex: podHalf.ifIndex };
  const podChange = amendPodHalf(spec, podHalf);
  const isUp = podHalf.isUp || podChange.some(({ action }) => action.op === "setLink" && action.isUp === true);
  return [
    ...amendPanelHalf(spec, panelHalf),
    ...podChange,
    ...amendAddresses(spec, link, actual.addresses),
    // The kernel refuses a route over an interface that is down; when the pod raises it again this is planned anew.
    ...(isUp ? amendRoutes(spec, link, actual.routes) : []),
  ];
}

function amendPanelHalf(spec: PortSpec, half: PanelLink): Planned[] {
  const change: LinkChange = {};
  const findings: string[] = [];
  if (half.mtuBytes !== spec.mtuBytes) {
    change.mtuBytes = spec.mtuBytes;
    findings.push(`the panel half of ${spec.panelAlias} has MTU ${half.mtuBytes} instead of ${spec.mtuBytes}`);
  }
  if (half.alias !== spec.panelAlias) {
    change.alias = spec.panelAlias;
    findings.push(`the alias of ${spec.panelAlias} is ${JSON.stringify(half.alias)}`);
  }
  return setLink(spec.panel, half.ifIndex, change, findings);
}

function amendPodHalf(spec: PortSpec, half: PodLink): Planned[] {
  const change: LinkChange = {};
  const findings: string[] = [];
  const lowered: Planned[] = [];
  if (half.ifName !== spec.ifName) {
    // Kernels before 6.2 rename only what is down (dev_change_name); its wire is broken anyhow: nobody finds it.
    if (half.isUp) lowered.push(...setLink(spec.netns, half.ifIndex, { isUp: false }, ["it must be renamed"]));
    change.ifName = spec.ifName;
    change.isUp = true;
    findings.push(`${spec.panelAlias} is called ${half.ifName}`);
  }
  if (half.mtuBytes !== spec.mtuBytes) {
    change.mtuBytes = spec.mtuBytes;
    findings.push(`${spec.panelAlias} has MTU ${half.mtuBytes} instead of ${spec.mtuBytes}`);
  }
  if (spec.mac !== null && half.mac !== spec.mac) {
    change.mac = spec.mac;
    findings.push(`${spec.panelAlias} has MAC ${half.mac} instead of ${spec.mac}`);
  }
  if (half.alias !== spec.podAlias) {
    change.alias = spec.podAlias;
    findings.push(`the pod's half of ${spec.panelAlias} has alias ${JSON.stringify(half.alias)}`);
    // Raising and marking are one request: a half without a mark was never raised.
    if (half.alias === "") change.isUp = true;
  }
  return [...lowered, ...setLink(spec.netns, half.ifIndex, change, findings)];
}

function setLink(netns: string, ifIndex: number, change: LinkChange, findings: string[]): Planned[] {
  if (findings.length === 0) return [];
  return [{ action: { op: "setLink", netns, link: { ifIndex }, ...change }, finding: findings.join(", ") }];
}

function amendAddresses(spec: PortSpec, link: LinkRef, actual: PodAddress[]): Planned[] {
  const { netns, panelAlias } = spec;
  const wanted = new Set(spec.addresses);
  const present = new Set(actual.map(({ address }) => address));
  return [
    ...spec.addresses
      .filter((address) => !present.has(address))
      .map((address) => addAddress(netns, link, address, `${panelAlias} lacks address ${address}`)),
    // After the new ones: with its last address an interface loses its routes too.
    ...actual
      .filter(({ address, isOwn }) => isOwn && !wanted.has(address))
      .map(({ address }): Planned => {
        const finding = `${panelAlias} has address ${address} that is not asked for`;
        return { action: { op: "deleteAddress", netns, link, address }, finding };
      }),
  ];
}

function amendRoutes(spec: PortSpec, link: LinkRef, actual: OwnRoute[]): Planned[] {
  const { netns, panelAlias } = spec;
  const wanted = new Set(spec.routes.map(routeKey));
  const present = new Set(actual.map(routeKey));
  return [
    ...actual
      .filter((route) => !wanted.has(routeKey(route)))
      .map((route): Planned => {
        const via = route.via === undefined ? {} : { via: route.via };
        const finding = `${panelAlias} has a route to ${route.to} that is not asked for`;
        return { action: { op: "deleteRoute", netns, link, to: route.to, ...via, protocol: OWN_PROTOCOL }, finding };
      }),
    ...spec.routes
      .filter((route) => !present.has(routeKey(route)))
      .map((route) => addRoute(netns, link, route, `${panelAlias} lacks the route to ${route.to}`)),
  ];
}
