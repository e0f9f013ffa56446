import type { FaultReport, FaultStatus } from "@ratchet/contracts";
import { endsAt } from "../faults/fault-clock.js";
import type { FaultReach } from "../faults/fault-reach.js";
import type { FaultRecord } from "../state/records.js";
import { type Claim, sinceBefore } from "./conditions.js";

/** What a node's agent says of a fault. */
export interface NodeFault {
  isConnected: boolean;
  report: FaultReport | undefined;
}

/** What can be said of a fault: from its record, what it acts on, and what the agents report. Pure. */
export function deriveFaultStatus(
  fault: FaultRecord,
  reach: FaultReach | undefined,
  nodeFault: (node: string) => NodeFault,
  before: FaultStatus | undefined,
  nowIso: string,
): FaultStatus {
  const nodes = [...(reach?.byNode ?? [])]
    .map(([node, { revision }]) => nodeStatus(node, revision, nodeFault(node)))
    .sort((a, b) => (a.node < b.node ? -1 : 1));
  return {
    phase: fault.end !== null ? "Ended" : phaseOf(nodes.map(({ phase }) => phase)),
    by: fault.by,
    startedAt: fault.startedAt,
    endsAt: endsAt(fault),
    endedAt: fault.end?.at ?? null,
    ended: fault.end?.how ?? null,
    links: (reach?.links ?? []).map((key) => key.slice(key.lastIndexOf("/") + 1)),
    pods: [],
    nodes,
    conditions: sinceBefore(fault.end === null ? [resolved(reach)] : [], before?.conditions ?? [], nowIso),
  };
}

function nodeStatus(node: string, revision: number, { isConnected, report }: NodeFault): FaultStatus["nodes"][number] {
  const cycles = report?.cycles ?? null;
  if (!isConnected) return { node, phase: "Unknown", cycles, message: `the agent of node ${node} is not connected` };
  if (report === undefined || report.revision !== revision) return { node, phase: "Pending", cycles, message: "" };
  return { node, phase: report.phase, cycles, message: report.message };
}

// Of several nodes, the least that can be said.
function phaseOf(phases: FaultStatus["phase"][]): FaultStatus["phase"] {
  for (const phase of ["Error", "Unknown", "Pending"] as const) if (phases.includes(phase)) return phase;
  return phases.length === 0 || phases.includes("Active") ? "Active" : "Ended";
}

function resolved(reach: FaultReach | undefined): Claim {
  if (reach?.links.length === 0 && reach.byNode.size === 0) {
    return { type: "Resolved", status: "False", reason: "NoTarget", message: "no link is what the target asks for" };
  }
  if (reach?.byNode.size === 0) {
    return { type: "Resolved", status: "False", reason: "NotWired", message: "its links are not wired yet" };
  }
  return { type: "Resolved", status: "True", reason: "Resolved", message: "" };
}
