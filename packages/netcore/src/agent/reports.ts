import type { AssignedWire, PodReport, PortReport, WireReport } from "@ratchet/contracts";
import { type PortKey, portKey, portRef } from "../model/key.js";
import { leadsTo, portActual, portEnd, relayEnd, tunnelEnd } from "./specs.js";
import type { World } from "./world.js";

/** What went wrong with an object the last time it was tried; undefined = nothing. */
export interface Problem {
  reason: string;
  message: string;
}

export function podReport(world: World, podUid: string): PodReport | undefined {
  const sandbox = world.sandboxes.get(podUid);
  if (sandbox === undefined) return undefined;
  return {
    podUid,
    phase: sandbox.phase,
    incarnation: sandbox.incarnation,
    netns: sandbox.phase === "Ready" ? sandbox.path : null,
    message: sandbox.message,
  };
}

/** A port as the kernel has it now. */
export function portReport(world: World, key: PortKey, problem: Problem | undefined): PortReport {
  const ref = portRef(key);
  const { podHalf, addresses } = portActual(world, key);
  const wanted = new Set(world.desired.ports.get(key)?.addresses);
  const carrier = podHalf && world.carriers.of(ref.podUid, podHalf.ifName);
  return {
    ...ref,
    ifIndex: podHalf?.ifIndex ?? null,
    mac: podHalf?.mac ?? null,
    mtuBytes: podHalf?.mtuBytes ?? null,
    isUp: podHalf?.isUp ?? null,
    hasCarrier: podHalf?.hasCarrier ?? null,
    operState: podHalf?.operState ?? null,
    ...(carrier === undefined ? {} : { carrier }),
    // Every IPv6 interface has a link-local address of its own making: no news.
    addresses: addresses.map(({ address }) => address).filter((text) => wanted.has(text) || !/^fe[89ab]/.test(text)),
    message: problem?.message ?? (podHalf === undefined ? missing(world, ref.podUid) : ""),
  };
}

export function wireReport(
  world: World,
  wire: AssignedWire,
  problem: Problem | undefined,
  impair?: WireReport["impair"],
  underlay?: WireReport["underlay"],
): WireReport {
  const nearKey = portKey(wire.port);
  const farKey = wire.peer.type === "port" ? portKey(wire.peer.port) : undefined;
  const near = portEnd(world, nearKey);
  const far =
    wire.peer.type === "port" ? portEnd(world, portKey(wire.peer.port)) : tunnelEnd(world, wire.peer.tunnel.vni);
  const isReady =
    near.ifIndex !== undefined &&
    far.ifIndex !== undefined &&
    leadsTo(near, far, farKey === undefined ? undefined : relayEnd(world, farKey)) &&
    leadsTo(far, near, relayEnd(world, nearKey));
  return {
    linkUid: wire.linkUid,
    revision: wire.revision,
    isReady,
    isPatched: isReady && near.isUp && (far.isTunnel || far.isUp),
    vni: wire.peer.type === "tunnel" && far.ifIndex !== undefined ? wire.peer.tunnel.vni : null,
    error: problem ?? null,
    ...(underlay === undefined ? {} : { underlay }),
    ...(impair === undefined ? {} : { impair }),
  };
}

function missing(world: World, podUid: string): string {
  const sandbox = world.sandboxes.get(podUid);
  if (sandbox === undefined) return "its pod is not on this node";
  return sandbox.phase === "Ready" ? "" : `its pod is ${sandbox.phase}`;
}
