import type { AssignedPort, AssignedWire, TunnelRef } from "@ratchet/contracts";
import { OWN_NETNS } from "../ffi/netns.js";
import { type PortKey, portRef } from "../model/key.js";
import type { PanelLink } from "../model/panel.js";
import type { PortActual, PortSpec } from "../plan/plan-port.js";
import type { TunnelSpec } from "../plan/plan-tunnel.js";
import type { RelayEnd, WireEnd } from "../plan/plan-wire.js";
import { panelHalfAlias, podHalfAlias, portMac, tunnelAlias, tunnelName } from "./names.js";
import { portRoutes } from "./port-routes.js";
import type { World } from "./world.js";

/** What of the agent's own settings goes into every plan. */
export interface PlanContext {
  installationId: string;
  panelPath: string;
  parentInterface: string;
}

/** Turns an assigned port into what the planner takes; undefined while its pod has no namespace. */
export function portSpec(world: World, context: PlanContext, port: AssignedPort): PortSpec | undefined {
  const pod = world.desired.pods.get(port.podUid);
  const sandbox = world.readySandbox(port.podUid);
  if (pod === undefined || sandbox === undefined) return undefined;
  return {
    panel: context.panelPath,
    netns: sandbox.path,
    ifName: port.interface,
    panelName: world.panelName(port.podUid, port.interface),
    panelAlias: panelHalfAlias(pod, port.interface),
    podAlias: podHalfAlias(context.installationId, pod, port.interface),
    podAliasPrefix: `ratchet ${context.installationId} `,
    mtuBytes: port.mtuBytes,
    mac: port.mac,
    defaultMac: portMac(port),
    addresses: port.addresses,
    routes: portRoutes(port.routes, sandbox.image?.routes ?? [], port.interface),
  };
}

export function portActual(world: World, key: PortKey): PortActual {
  const { podUid, interface: ifName } = portRef(key);
  const sandbox = world.readySandbox(podUid);
  const panelHalf = world.panelHalf(key);
  const isHere = panelHalf !== undefined && panelHalf.peerNetnsId === sandbox?.netnsId;
  const podHalf = isHere ? sandbox?.network.links.get(panelHalf.peerIndex) : undefined;
  const named = sandbox?.network.named(ifName);
  return {
    panelHalf,
    podHalf,
    nameTakenBy: named !== undefined && named.ifIndex !== podHalf?.ifIndex ? named : undefined,
    addresses: [...((podHalf && sandbox?.network.addresses.get(podHalf.ifIndex)?.values()) ?? [])],
    routes: [...((podHalf && sandbox?.network.routes.get(podHalf.ifIndex)?.values()) ?? [])],
  };
}

export function tunnelSpec(context: PlanContext, wire: AssignedWire, tunnel: TunnelRef): TunnelSpec {
  return {
    panel: context.panelPath,
    underlay: OWN_NETNS,
    parent: context.parentInterface,
    ifName: tunnelName(tunnel.vni),
    alias: tunnelAlias(wire),
    vni: tunnel.vni,
    localAddress: tunnel.localAddress,
    remoteAddress: tunnel.remoteAddress,
    port: tunnel.port,
    mtuBytes: tunnel.mtuBytes,
  };
}

/** The end of a wire that a port is. Only a port whose both halves are in place counts as there. */
export function portEnd(world: World, key: PortKey): WireEnd {
  const { podUid, interface: ifName } = portRef(key);
  const pod = world.desired.pods.get(podUid);
  const { panelHalf, podHalf } = portActual(world, key);
  const isUsable = podHalf !== undefined && world.desired.ports.has(key);
  const label = pod === undefined ? `${podUid}:${ifName}` : panelHalfAlias(pod, ifName);
  return end(world, label, isUsable ? panelHalf : undefined, false);
}

/** The relay's device that leads to a port, as the kernel has it. */
export function relayEnd(world: World, key: PortKey): RelayEnd | undefined {
  const tap = world.tap(key);
  return tap && { ifIndex: tap.ifIndex, isUp: tap.isUp, redirect: world.panel.redirects.get(tap.ifIndex) };
}

/** Whether what arrives at one end leaves through the other: straight, or through the relay's device. */
export function leadsTo(from: WireEnd, to: WireEnd, relay: RelayEnd | undefined): boolean {
  if (from.redirect === undefined || to.ifIndex === undefined) return false;
  if (from.redirect === to.ifIndex) return true;
  return relay !== undefined && from.redirect === relay.ifIndex && relay.redirect === to.ifIndex;
}

/** The end of a wire that a tunnel is. */
export function tunnelEnd(world: World, vni: number): WireEnd {
  return end(world, `tunnel ${vni}`, world.panel.named(tunnelName(vni)), true);
}

/** A panel half by itself, whatever is in the pod. */
export function looseEnd(world: World, link: PanelLink): WireEnd {
  return end(world, link.alias === "" ? link.ifName : link.alias, link, false);
}

function end(world: World, label: string, link: PanelLink | undefined, isTunnel: boolean): WireEnd {
  return {
    label,
    ifIndex: link?.ifIndex,
    isTunnel,
    isUp: link?.isUp ?? false,
    redirect: link === undefined ? undefined : world.panel.redirects.get(link.ifIndex),
  };
}
