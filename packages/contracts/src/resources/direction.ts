import type { Impairment } from "./impairment.js";
import type { Endpoint } from "./link.js";

/** Which end sends: the direction of a wire that `from` names. */
export type Sender = 0 | 1;

/**
 * The ends that `from` names: `POD` or `POD:INTERFACE`, or `*:INTERFACE` where labels choose the pod. One where it names
 * a direction, none where it names no end of this wire, both where it does not tell the two apart.
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

/** What each direction suffers, under the names it has after its ends have changed. */
export function impairmentsMoved(
  impairments: readonly Impairment[],
  before: readonly Endpoint[],
  after: readonly Endpoint[],
): Impairment[] {
  return impairments.map((impairment) => {
    const [sender] = sendersOf(before, impairment.from);
    return sender === undefined ? impairment : { ...impairment, from: nameOfSender(after, sender) };
  });
}

/** The ends with the pods that are there now (`status.endpoints[].pod`) in the place of the labels that chose them. */
export function chosenEnds(endpoints: readonly Endpoint[], pods: readonly (string | null | undefined)[]): Endpoint[] {
  return endpoints.map((end, index) => {
    const pod = pods[index] ?? null;
    if (!("podSelector" in end) || pod === null) return end;
    const { podSelector: _selector, ...rest } = end;
    return { pod, ...rest };
  });
}

/**
 * The lasting name of a direction that `from` names: a pod that labels have chosen is named by its place, `*:INTERFACE`,
 * so that the direction stays the same when another pod is chosen. What names no end is returned as it is.
 */
export function lastingName(
  endpoints: readonly Endpoint[],
  pods: readonly (string | null | undefined)[],
  from: string,
): string {
  if (sendersOf(endpoints, from).length > 0) return from;
  const [sender, other] = sendersOf(chosenEnds(endpoints, pods), from);
  return sender === undefined || other !== undefined ? from : nameOfSender(endpoints, sender);
}
