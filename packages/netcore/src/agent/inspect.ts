import type { InspectResult } from "@ratchet/contracts";
import { portsOfWire } from "../model/desired.js";
import { type PortKey, portRef } from "../model/key.js";
import type { PanelLink } from "../model/panel.js";
import { planPort } from "../plan/plan-port.js";
import { planTunnel } from "../plan/plan-tunnel.js";
import { planWire } from "../plan/plan-wire.js";
import type { Planned } from "../plan/planned.js";
import type { FaultKeeper } from "./faults/fault-keeper.js";
import type { Impairments } from "./impair/impairments.js";
import { tunnelName } from "./names.js";
import { type PlanContext, portActual, portSpec, tunnelEnd, tunnelSpec } from "./specs.js";
import { isTap, type World } from "./world.js";

/** Present in every namespace once their module is loaded (net/ipv4/ip_tunnel.c and others: "fallback" devices). */
const FALLBACK_DEVICES = new Set([
  ...["lo", "tunl0", "gre0", "gretap0", "erspan0", "ip_vti0"],
  ...["sit0", "ip6tnl0", "ip6gre0", "ip6_vti0"],
]);

/** Says how the world, as just read from the kernel, differs from what is asked for. Changes nothing. */
export function inspect(
  world: World,
  context: PlanContext,
  faults: Pick<FaultKeeper, "overlay">,
  impairments: Pick<Impairments, "endOf">,
): Omit<InspectResult, "panel"> {
  const found = new Map<string, InspectResult["differences"][number]>();
  const note = (about: { kind: "Link" | "Pod"; namespace: string; name: string }, planned: readonly Planned[]) => {
    if (planned.length === 0) return;
    const key = `${about.kind} ${about.namespace}/${about.name}`;
    const entry = found.get(key) ?? { ...about, findings: [] };
    entry.findings = [...new Set([...entry.findings, ...planned.map(({ finding }) => finding)])];
    found.set(key, entry);
  };
  const amiss = new Set<PortKey>();
  for (const [key, port] of world.desired.ports) {
    const spec = portSpec(world, context, port);
    if (spec === undefined) continue;
    const { actions } = planPort(spec, portActual(world, key));
    if (actions.length > 0) amiss.add(key);
    note(aboutPort(world, key), actions);
  }
  for (const wire of world.desired.wires.values()) {
    const keys = portsOfWire(wire);
    const about = { kind: "Link" as const, namespace: wire.namespace, name: wire.name };
    let isTunnelAmiss = false;
    if (wire.peer.type === "tunnel") {
      const { tunnel } = wire.peer;
      const { actions } = planTunnel(tunnelSpec(context, wire, tunnel), world.panel.named(tunnelName(tunnel.vni)));
      isTunnelAmiss = actions.length > 0;
      note(about, actions);
    }
    // What a missing end does to its wire is no news of its own.
    if (isTunnelAmiss || keys.some((key) => amiss.has(key) || world.desired.wireOf(key) !== wire)) continue;
    const near = impairments.endOf(keys[0]!);
    const far = wire.peer.type === "port" ? impairments.endOf(keys[1]!) : tunnelEnd(world, wire.peer.tunnel.vni);
    const { state, far: farSide } = faults.overlay(wire);
    note(about, planWire({ panel: context.panelPath, state, far: farSide }, near, far));
  }
  const links = [...world.panel.links.values()];
  return {
    differences: [...found.values()],
    extras: links.flatMap((link) => extraOf(world, link) ?? []),
    ports: links.flatMap((link) => {
      const key = world.portOf(link);
      return key === undefined || isTap(link) ? [] : [portRef(key)];
    }),
    vnis: [...world.panel.tunnels],
  };
}

/** Indexes of what `inspect` calls extra. */
export function extraLinks(world: World): number[] {
  return [...world.panel.links.values()].flatMap((link) => (extraOf(world, link) === undefined ? [] : [link.ifIndex]));
}

function extraOf(world: World, link: PanelLink): InspectResult["extras"][number] | undefined {
  const { ifName, kind, alias } = link;
  if (FALLBACK_DEVICES.has(ifName)) return undefined;
  const isOwn = world.isOwnPanelLink(link);
  const key = world.portOf(link);
  const isWanted =
    isOwn &&
    (link.vxlan === undefined
      ? key !== undefined && world.desired.ports.has(key)
      : world.desired.wireOfVni(link.vxlan.vni) !== undefined);
  return isWanted ? undefined : { ifName, kind, alias, isOwn };
}

function aboutPort(world: World, key: PortKey): { kind: "Link" | "Pod"; namespace: string; name: string } {
  const wire = world.desired.wireOf(key);
  if (wire !== undefined) return { kind: "Link", namespace: wire.namespace, name: wire.name };
  const pod = world.desired.pods.get(portRef(key).podUid);
  return { kind: "Pod", namespace: pod?.namespace ?? "", name: pod?.name ?? "" };
}
