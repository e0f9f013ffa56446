import type { Fault, FaultAction, FaultTarget } from "@ratchet/contracts";
import { impairmentText } from "./impairment-text.js";

const seconds = (value: number) => (value < 120 ? `${value} s` : `${Math.round(value / 6) / 10} min`);

/** What a fault does: "Down", "Flap every 2 s, down 50 %". */
export function actionText(action: FaultAction): string {
  switch (action.type) {
    case "down":
      return "Down";
    case "blackhole":
      return action.from === undefined ? "Black hole" : `Black hole from ${action.from}`;
    case "flap":
      return `Flap every ${seconds(action.periodSeconds)}, ${action.downPercent} % down`;
    case "partition":
      return "Partition";
    case "impair":
      return `Impair${action.from === undefined ? "" : ` from ${action.from}`}: ${impairmentText(action.impairment)}`;
    case "ramp":
      return `Ramp to ${impairmentText(action.end)} over ${seconds(action.overSeconds)}`;
    case "pod-freeze":
      return "Freeze";
    case "control-plane-cut":
      return "Cut from the control plane";
  }
}

/** What a fault strikes: "link a-b", "pods app=router", "left from right". */
export function targetText(target: FaultTarget): string {
  if ("link" in target) return `link ${target.link}`;
  if ("linkLabels" in target) return `links ${labels(target.linkLabels)}`;
  if ("pod" in target) return `pod ${target.pod}`;
  if ("podLabels" in target) return `pods ${labels(target.podLabels)}`;
  if ("node" in target) return `node ${target.node}`;
  if ("nodes" in target) return target.nodes.join(" from ");
  const groups =
    "nodeGroups" in target
      ? target.nodeGroups
      : target.groups.map((group) => [
          ...(group.pods ?? []),
          ...(group.podLabels === undefined ? [] : [labels(group.podLabels)]),
        ]);
  return groups.map(shortened).join(" | ");
}

const SHOWN = 3;

function shortened(names: readonly string[]): string {
  return names.length <= SHOWN
    ? names.join(", ")
    : `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more`;
}

const labels = (of: Record<string, string>) =>
  Object.entries(of)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");

const ENDINGS = {
  deadline: "ended at its deadline",
  healed: "healed",
  deleted: "deleted",
  completed: "ran to its end",
  cancelled: "cancelled",
} as const;

/** How it ended, for those that have. */
export const endingText = ({ status }: Fault): string => (status.ended === null ? "" : ENDINGS[status.ended]);
