import { type PodReport, type PodStatus, type PortReport, PROBLEM_ANNOTATION } from "@ratchet/contracts";
import type { PodRecord, RunRecord } from "../state/records.js";

export interface PodFacts {
  pod: PodRecord;
  run: RunRecord;
  node: string | null;
  /** Its node's agent is connected and has said all it has. */
  isConnected: boolean;
  /** The agent has connected at least once. */
  isNodeKnown: boolean;
  report: PodReport | undefined;
  ports: readonly PortReport[];
  /** Which link uses an interface of this pod. */
  linkOf: (ifName: string) => string | null;
}

/** What can be said of a pod. Pure. */
export function derivePodStatus(facts: PodFacts): PodStatus {
  const { phase, message: said } = judge(facts);
  const message = [said, facts.pod.annotations[PROBLEM_ANNOTATION]].filter(Boolean).join("; ");
  const isKnown = facts.isConnected;
  return {
    phase,
    node: facts.node,
    netns: isKnown && phase === "Ready" ? (facts.report?.netns ?? null) : null,
    message,
    interfaces: isKnown
      ? facts.ports
          .map((port) => ({
            name: port.interface,
            ifIndex: port.ifIndex,
            mac: port.mac,
            mtu: port.mtuBytes,
            addresses: port.addresses,
            carrier: port.hasCarrier,
            link: facts.linkOf(port.interface),
          }))
          .sort((a, b) => (a.name < b.name ? -1 : 1))
      : [],
  };
}

function judge({ pod, run, node, isConnected, isNodeKnown, report }: PodFacts): Pick<PodStatus, "phase" | "message"> {
  if (pod.spec.sandbox === undefined) {
    return { phase: "Pending", message: "has no namespace: set spec.sandbox" };
  }
  if (node === null) {
    return { phase: "Pending", message: waitingFor(pod) };
  }
  if (!isConnected) {
    return isNodeKnown
      ? { phase: "Unknown", message: `the agent of node ${node} is not connected` }
      : { phase: "Pending", message: `the agent of node ${node} has never connected` };
  }
  if (report === undefined || report.incarnation < run.incarnation) {
    return { phase: "Pending", message: report?.message ?? "" };
  }
  if (!run.isRunning && report.phase !== "Gone") return { phase: "Pending", message: "is being taken away" };
  return { phase: report.phase, message: report.message };
}

function waitingFor(pod: PodRecord): string {
  const selector = Object.entries(pod.spec.nodeSelector ?? {}).map(([key, value]) => `${key}=${value}`);
  if (selector.length > 0) return `no connected node has the labels ${selector.join(", ")}`;
  if (pod.spec.sandbox !== undefined && "cni" in pod.spec.sandbox) return "Kubernetes has not scheduled it yet";
  return pod.spec.sandbox !== undefined && "managed" in pod.spec.sandbox
    ? "no node is connected"
    : "is on no node: set spec.node or spec.nodeSelector";
}
