import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type FaultInput, type FaultSpec, type FieldError, keys, sendersOf } from "@ratchet/contracts";
import { ProblemError, refuse } from "../http/problem-error.js";
import type { Draft } from "../state/draft.js";
import type { FaultRecord, LinkRecord, PodRecord } from "../state/records.js";

/** The record of an accepted fault: one that begins now, or the old one with other metadata and spec. */
export function faultRecord(
  input: FaultInput,
  namespace: string,
  before: FaultRecord | undefined,
  now: string,
  actor: string,
): FaultRecord {
  return {
    uid: before?.uid ?? randomUUID(),
    namespace,
    name: input.metadata.name,
    labels: input.metadata.labels,
    annotations: input.metadata.annotations,
    createdAt: before?.createdAt ?? now,
    spec: input.spec,
    by: before?.by ?? actor,
    startedAt: before?.startedAt ?? now,
    end: before?.end ?? null,
  };
}

/**
 * Refuses what could not act. A fault on something that is not there is refused and not kept waiting: its time
 * would pass with nothing happening.
 *
 * @throws ProblemError Invalid, Conflict
 */
export function checkFault(
  draft: Draft,
  { before, after }: { before: FaultRecord | undefined; after: FaultRecord | undefined },
): void {
  if (after === undefined || (before?.end == null && after.end !== null)) return;
  if (before?.end != null && !isDeepStrictEqual(before.spec, after.spec)) {
    throw new ProblemError(
      "Conflict",
      `fault ${after.name} has ended: delete it, or create another under another name`,
    );
  }
  const errors = [...misfits(after.spec), ...missing(draft, after)];
  if (errors.length > 0) throw refuse("Invalid", errors);
}

/** Where action and target do not go together. */
function misfits({ action, target }: FaultSpec): FieldError[] {
  const isGrouped = "groups" in target || "nodeGroups" in target;
  if (action.type === "partition" && !isGrouped) {
    return [{ field: "spec.target", message: "must be {groups} or {nodeGroups} for a partition" }];
  }
  if (action.type === "control-plane-cut" && !("node" in target || "nodes" in target)) {
    return [{ field: "spec.target", message: "must be {node} or {nodes} for a control-plane-cut" }];
  }
  if (action.type !== "partition" && isGrouped) {
    return [{ field: "spec.target", message: `groups are for the action partition, not ${action.type}` }];
  }
  if (action.type === "pod-freeze" && !("pod" in target || "podLabels" in target)) {
    return [{ field: "spec.target", message: "must be {pod} or {podLabels} for a pod-freeze" }];
  }
  if (action.type === "ramp" && Boolean(action.start.rateKbit) !== Boolean(action.end.rateKbit)) {
    const end = action.start.rateKbit ? "end" : "start";
    return [{ field: `spec.action.${end}.rateKbit`, message: "must be given at both ends: 0 would be no limit" }];
  }
  if ("nodes" in target && target.nodes[0] === target.nodes[1]) {
    return [{ field: "spec.target.nodes", message: "must be two nodes: use {node, local: true} for one" }];
  }
  return [];
}

function missing(draft: Draft, { namespace, spec: { action, target } }: FaultRecord): FieldError[] {
  const from = "from" in action ? action.from : undefined;
  const pod = (name: string, field: string) =>
    draft.peek(keys.pod(namespace, name)) === undefined ? [absent("pod", name, field)] : [];
  const node = (name: string, field: string) =>
    draft.peek(keys.node(name)) === undefined ? [absent("node", name, field)] : [];
  if ("link" in target) {
    const held = draft.peek<LinkRecord>(keys.link(namespace, target.link));
    if (held === undefined) return [absent("link", target.link, "spec.target.link")];
    const isEndOf = ({ spec: { endpoints } }: LinkRecord) => sendersOf(endpoints, from ?? "").length > 0;
    const isEnd = from === undefined || isEndOf(held) || isEndOf(draft.wired(held));
    return isEnd ? [] : [{ field: "spec.action.from", message: `${from} is no end of link ${target.link}` }];
  }
  if ("pod" in target) {
    const held = draft.peek<PodRecord>(keys.pod(namespace, target.pod));
    if (held === undefined) return [absent("pod", target.pod, "spec.target.pod")];
    const isManaged = held.spec.sandbox !== undefined && "managed" in held.spec.sandbox;
    if (action.type !== "pod-freeze" || isManaged) return [];
    return [{ field: "spec.target.pod", message: `${target.pod} is not managed: its processes are its runtime's` }];
  }
  if ("node" in target) return node(target.node, "spec.target.node");
  if ("nodes" in target) return target.nodes.flatMap((name, at) => node(name, `spec.target.nodes[${at}]`));
  if ("groups" in target) {
    return target.groups.flatMap(({ pods = [] }, group) =>
      pods.flatMap((name, at) => pod(name, `spec.target.groups[${group}].pods[${at}]`)),
    );
  }
  if ("nodeGroups" in target) {
    return target.nodeGroups.flatMap((names, group) =>
      names.flatMap((name, at) => node(name, `spec.target.nodeGroups[${group}][${at}]`)),
    );
  }
  return [];
}

function absent(kind: string, name: string, field: string): FieldError {
  return { field, message: `there is no ${kind} ${name}: a fault acts on what is there` };
}
