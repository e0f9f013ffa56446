import { createHash } from "node:crypto";
import type { PortRef } from "@ratchet/contracts";
import { portKey } from "../model/key.js";

/**
 * Name of a port's half in the panel: 13 of the 15 bytes the kernel allows, the same in every life of the agent.
 * Ports of two pods may have the same interface name, so the name cannot be legible; the alias is.
 */
export function panelHalfName(port: PortRef): string {
  return `p${digest(portKey(port)).slice(0, 12)}`;
}

/** Name of the TAP device that leads to a port: the port's half's, with another letter. */
export function tapName(port: PortRef): string {
  return tapNameOfHalf(panelHalfName(port));
}

export function tapNameOfHalf(name: string): string {
  return `r${name.slice(1)}`;
}

export function tapAlias(portAlias: string): string {
  return `relay to ${portAlias}`;
}

export function isTapName(name: string): boolean {
  return /^r[0-9a-f]{12}$/.test(name);
}

/** The name of the panel half that a TAP device leads to. */
export function halfNameOfTap(name: string): string {
  return `p${name.slice(1)}`;
}

export function tunnelName(vni: number): string {
  return `vx${vni}`;
}

/** What `ip link` shows beside a panel half. */
export function panelHalfAlias(pod: { namespace: string; name: string }, ifName: string): string {
  return `${pod.namespace}/${pod.name}:${ifName}`;
}

export function podHalfAlias(installationId: string, pod: { namespace: string; name: string }, ifName: string): string {
  return `ratchet ${installationId} ${panelHalfAlias(pod, ifName)}`;
}

export function tunnelAlias(link: { namespace: string; name: string }): string {
  return `tunnel ${link.namespace}/${link.name}`;
}

export function isTunnelAlias(alias: string): boolean {
  return alias.startsWith("tunnel ");
}

/** True for the names this file gives: what else lies in the panel is somebody's experiment and is left alone. */
export function isPanelHalfName(name: string): boolean {
  return /^p[0-9a-f]{12}$/.test(name);
}

export function isTunnelName(name: string): boolean {
  return /^vx[1-9]\d{0,7}$/.test(name);
}

/**
 * The MAC of a pod's half when none is asked for: locally administered and derived from the port, so that a port
 * made again after somebody deleted it is the same neighbour to the other end.
 */
export function portMac(port: PortRef): string {
  const hex = digest(`mac ${portKey(port)}`).slice(0, 10);
  return `02:${hex.match(/../g)!.join(":")}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
