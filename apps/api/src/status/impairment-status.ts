import {
  effectOf,
  type ImpairmentReport,
  type ImpairmentStatus,
  nameOfSender,
  type Sender,
  sendersOf,
  type WireReport,
} from "@ratchet/contracts";
import type { ResolvedLink } from "../resolve/resolve-link.js";
import type { EndReports } from "./link-status.js";

/**
 * Asked beside what is, for each direction that is impaired, by the Link or by a fault. Pure.
 *
 * A direction is impaired where it arrives: the receiver's agent is the one to say what it suffers.
 */
export function impairmentStatus(
  resolved: ResolvedLink,
  reports: readonly [EndReports, EndReports],
): ImpairmentStatus[] {
  return ([0, 1] as const).flatMap((sender) => directionStatus(resolved, reports, sender) ?? []);
}

/** What is asked for and is not in force. */
export function notInForce(impairments: readonly ImpairmentStatus[]): ImpairmentStatus | undefined {
  return impairments.find(({ state }) => state === "error" || state === "degraded");
}

function directionStatus(
  resolved: ResolvedLink,
  reports: readonly [EndReports, EndReports],
  sender: Sender,
): ImpairmentStatus | undefined {
  const { endpoints, impairments } = resolved.link.spec;
  const { from: _from, ...fields } = impairments?.find(({ from }) => sendersOf(endpoints, from)[0] === sender) ?? {};
  const asked = effectOf(fields);
  const receiver = reports[(1 - sender) as Sender];
  const wire = resolved.transport === "veth" ? reports[0].wire : receiver.wire;
  const report = receiver.isConnected ? reportOf(resolved, wire, sender) : null;
  if (asked === null && report === null) return undefined;
  return {
    from: nameOfSender(endpoints, sender),
    asked,
    effective: report?.effective ?? null,
    engine: report?.engine ?? null,
    state: stateOf(resolved, receiver, wire, report),
    actual: report?.actual ?? null,
    measured: null,
    agrees: null,
    compared: [],
    message: report?.message ?? "",
  };
}

function reportOf({ transport }: ResolvedLink, wire: WireReport | undefined, sender: Sender): ImpairmentReport | null {
  if (transport === null || wire?.impair === undefined) return null;
  // A wire inside a node is told from its first end: what leaves towards that end was sent by the second.
  if (transport === "veth") return sender === 1 ? wire.impair.toPort : wire.impair.toPeer;
  return wire.impair.toPort;
}

function stateOf(
  resolved: ResolvedLink,
  { isConnected }: EndReports,
  wire: WireReport | undefined,
  report: ImpairmentReport | null,
): ImpairmentStatus["state"] {
  if (resolved.obstacle !== undefined) return "pending";
  if (!isConnected) return "unknown";
  if (wire === undefined || wire.revision < resolved.revision || report === null) return "pending";
  return report.state;
}
