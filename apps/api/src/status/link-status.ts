import {
  type EndpointStatus,
  type ImpairmentStatus,
  type LinkPhase,
  type LinkStatus,
  type PodReport,
  type PortReport,
  PROBLEM_ANNOTATION,
  type WireReport,
} from "@ratchet/contracts";
import type { ResolvedEnd, ResolvedLink } from "../resolve/resolve-link.js";
import type { MeasuredLink } from "../telemetry/measures.js";
import { type Claim, sinceBefore } from "./conditions.js";
import { impairmentStatus, notInForce } from "./impairment-status.js";
import { withMeasured } from "./with-measured.js";

/** What the agent of one end's node has said of it. */
export interface EndReports {
  isConnected: boolean;
  pod: PodReport | undefined;
  port: PortReport | undefined;
  wire: WireReport | undefined;
  /** False after `kill`. */
  isRunning: boolean;
}

interface Verdict {
  phase: LinkPhase;
  reason: string;
  message: string;
}

/**
 * What can be said of a link: from where its ends are, what their agents report, and whether those
 * agents are there. Pure; `before` gives conditions that did not change their time, `faults` says which act on it.
 */
export function deriveLinkStatus(
  resolved: ResolvedLink,
  reports: readonly [EndReports, EndReports],
  before: LinkStatus | undefined,
  nowIso: string,
  faults: readonly string[] = [],
  measuredOf: (inForce: string) => MeasuredLink | undefined = () => undefined,
): LinkStatus {
  const impairments = withMeasured(impairmentStatus(resolved, reports), resolved, measuredOf);
  const verdict = judge(resolved, reports, faults, impairments);
  const wires = wireReports(resolved, reports);
  return {
    phase: verdict.phase,
    transport: resolved.transport,
    vni: resolved.vni ?? resolved.link.spec.vni ?? null,
    mtu: reports[0].port?.mtuBytes ?? reports[1].port?.mtuBytes ?? null,
    observedRevision: wires.length === 0 ? 0 : Math.min(...wires.map((wire) => wire?.revision ?? 0)),
    endpoints: resolved.ends.map((end, index) => ({
      ...endpointStatus(end, reports[index as 0 | 1]),
      ...chosenAddresses(resolved, index),
    })),
    ...(impairments.length === 0 ? {} : { impairments }),
    conditions: sinceBefore(claimsOf(resolved, verdict, faults), before?.conditions ?? [], nowIso),
  };
}

function judge(
  resolved: ResolvedLink,
  reports: readonly [EndReports, EndReports],
  faults: readonly string[],
  impairments: readonly ImpairmentStatus[],
): Verdict {
  const { obstacle, ends, link } = resolved;
  const problem = link.annotations[PROBLEM_ANNOTATION];
  if (problem !== undefined) return verdict("Error", "SourceInvalid", problem);
  if (obstacle !== undefined) {
    return { phase: obstacle.isTerminal ? "Error" : "Pending", reason: obstacle.reason, message: obstacle.message };
  }
  const lost = ends.findIndex((_, index) => !reports[index as 0 | 1].isConnected);
  if (lost >= 0) {
    return verdict("Unknown", "NodeUnknown", `the agent of node ${ends[lost]?.node} is not connected`);
  }
  const gone = ends.findIndex((_, index) => isGone(reports[index as 0 | 1]));
  if (gone >= 0) return verdict("Down", "PodGone", `pod ${ends[gone]?.end.pod} is gone`);

  const wires = wireReports(resolved, reports);
  for (const wire of wires) if (wire?.error != null) return verdict("Error", wire.error.reason, wire.error.message);
  if (wires.some((wire) => wire === undefined || wire.revision < resolved.revision)) {
    return verdict("Programming", "WaitingForAgent", "the agents have not confirmed this revision yet");
  }
  if (link.spec.state === "down") {
    return wires.some((wire) => wire?.isPatched)
      ? verdict("Programming", "WaitingForAgent", "the cut is not confirmed yet")
      : verdict("Down", "Cut", "spec.state is down");
  }
  const carrying = judgeCarrier(resolved, reports, wires, faults);
  const unimpaired = carrying.phase === "Up" ? notInForce(impairments) : undefined;
  const lossy = carrying.phase === "Up" ? wires.find((wire) => wire?.underlay !== undefined)?.underlay : undefined;
  if (lossy !== undefined) {
    const what = `the underlay to ${lossy.address} loses ${lossy.lossPercent} % of what is sent to try it`;
    return verdict("Degraded", "UnderlayLossy", what);
  }
  if (unimpaired === undefined) return carrying;
  const { from, message } = unimpaired;
  return verdict("Degraded", "ImpairmentNotInForce", `frames from ${from} are not impaired as asked: ${message}`);
}

function judgeCarrier(
  { ends, vni }: ResolvedLink,
  reports: readonly [EndReports, EndReports],
  wires: readonly (WireReport | undefined)[],
  faults: readonly string[],
): Verdict {
  const down = ends.findIndex((_, index) => reports[index as 0 | 1].port?.isUp === false);
  if (down >= 0) {
    const { end } = ends[down] as (typeof ends)[number];
    return verdict("Degraded", "InterfaceDownInPod", `${end.interface} was set down inside pod ${end.pod}`);
  }
  if (vni !== null && wires.some((wire) => wire?.vni !== vni)) {
    return verdict("Programming", "WaitingForAgent", `the agents have not confirmed VNI ${vni} yet`);
  }
  const isHeldDown =
    faults.length > 0 && wires.every((wire) => wire?.isReady) && wires.some((wire) => !wire?.isPatched);
  if (isHeldDown) return verdict("Down", "Faulted", faults.join("; "));
  if (wires.some((wire) => !wire?.isReady || !wire.isPatched)) {
    return verdict("Programming", "WaitingForAgent", "the wire is being connected");
  }
  if (reports.some(({ port }) => port?.hasCarrier !== true)) {
    return verdict("Programming", "WaitingForCarrier", "the wire is connected, its carrier is not confirmed yet");
  }
  const wrong = reports.findIndex(({ port }) => port !== undefined && port.message !== "");
  if (wrong >= 0) return verdict("Degraded", "KernelRefused", reports[wrong as 0 | 1].port?.message ?? "");
  return verdict("Up", "Carrying", "both ends have carrier");
}

function claimsOf(resolved: ResolvedLink, { phase, reason, message }: Verdict, faults: readonly string[]): Claim[] {
  const { obstacle } = resolved;
  const isReady = phase === "Up";
  return [
    { type: "Ready", status: isReady ? "True" : phase === "Unknown" ? "Unknown" : "False", reason, message },
    {
      type: "Resolved",
      status: obstacle === undefined ? "True" : "False",
      reason: obstacle?.reason ?? "Resolved",
      message: obstacle?.message ?? "",
    },
    ...(faults.length === 0
      ? []
      : [{ type: "Faulted", status: "True" as const, reason: "FaultActive", message: faults.join("; ") }]),
  ];
}

/** One report for a wire inside a node, one from each node for a tunnel. */
function wireReports(resolved: ResolvedLink, reports: readonly [EndReports, EndReports]): (WireReport | undefined)[] {
  if (resolved.transport === "veth") return [reports[0].wire];
  if (resolved.transport === "vxlan") return [reports[0].wire, reports[1].wire];
  return [];
}

function isGone({ pod, isRunning }: EndReports): boolean {
  return !isRunning || pod?.phase === "Gone";
}

// While its agent is silent nothing is known of an end but where it is.
function endpointStatus(
  { end: { pod }, node, message: chosen }: ResolvedEnd,
  { isConnected, port }: EndReports,
): EndpointStatus {
  if (!isConnected || port === undefined) {
    const message = node !== null && !isConnected ? `the agent of node ${node} is not connected` : chosen;
    return { pod, node, ifIndex: null, mac: null, mtu: null, carrier: null, operState: null, message };
  }
  const { ifIndex, mac, mtuBytes, hasCarrier, operState } = port;
  const message = port.message === "" ? chosen : port.message;
  return { pod, node, ifIndex, mac, mtu: mtuBytes, carrier: hasCarrier, operState, message };
}

function chosenAddresses({ link, ends }: ResolvedLink, index: number): Pick<EndpointStatus, "autoAddresses"> {
  if (link.spec.autoAddresses === undefined) return {};
  const given = link.spec.endpoints[index];
  const byHand = given !== undefined && "interface" in given ? (given.addresses ?? []) : [];
  return { autoAddresses: (ends[index]?.end.addresses ?? []).filter((text) => !byHand.includes(text)) };
}

function verdict(phase: LinkPhase, reason: string, message: string): Verdict {
  return { phase, reason, message };
}
