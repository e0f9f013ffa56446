import type { Endpoint } from "./link.js";

/** Which end sends: the direction of a wire that `from` names. */
export type Sender = 0 | 1;

/**
 * The ends that `POD` or `POD:INTERFACE` names, or `*:INTERFACE` where labels choose the pod: one where it names a direction, none where it names no end of this
 * wire, both where both ends are one pod's and the interface is left out.
 */
export function sendersOf(endpoints: readonly Endpoint[], from: string): Sender[] {
  return ([0, 1] as const).filter((index) => {
    const end = endpoints[index];
    if (end !== undefined && "podSelector" in end) return from === `*:${end.interface}`;
    if (end === undefined || !("pod" in end)) return false;
    return from === end.pod || from === `${end.pod}:${end.interface}`;
  });
}

/** How a direction is named: by its pod; by pod and interface where both ends are one pod's; `*` for a chosen pod. */
export function nameOfSender(endpoints: readonly Endpoint[], sender: Sender): string {
  const [own, other] = [endpoints[sender], endpoints[1 - sender]];
  if (own !== undefined && "podSelector" in own) return `*:${own.interface}`;
  if (own === undefined || !("pod" in own)) return "";
  return other !== undefined && "pod" in other && other.pod === own.pod ? `${own.pod}:${own.interface}` : own.pod;
}
