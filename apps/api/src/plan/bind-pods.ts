import { keys } from "@ratchet/contracts";
import type { Draft } from "../state/draft.js";
import type { BindingRecord, PodRecord, RunRecord } from "../state/records.js";

/** A node whose agent is connected. */
export interface LiveNode {
  name: string;
  labels: Readonly<Record<string, string>>;
  /** Pods already on it. */
  pods: number;
}

/** Puts pods that name no node on one: once, and there they stay as long as it matches. */
export class Binder {
  readonly #list: () => Iterable<LiveNode>;
  #nodes: LiveNode[] | undefined;

  /** `list` is asked once, when a pod needs a node. */
  constructor(list: () => Iterable<LiveNode>) {
    this.#list = list;
  }

  /** Writes what the pod needs into the draft. Returns true when its node changed. */
  settle(
    draft: Draft,
    podKey: string,
    labelsOf: (node: string) => Readonly<Record<string, string>> | undefined,
  ): boolean {
    const pod = draft.pod(podKey);
    const bindingKey = bindingKeyOf(podKey);
    const binding = draft.read<BindingRecord>(bindingKey);
    if (pod === undefined) return dropFollowers(draft, podKey, binding);
    const isOwn = binding?.podUid === pod.uid;

    if (isOwn && pod.spec.node === undefined && matches(pod, labelsOf(binding.node))) return false;
    const former = formerNode(draft, podKey, pod);
    if (former !== undefined && needsBinding(pod) && matches(pod, labelsOf(former))) {
      draft.put(bindingKey, { podUid: pod.uid, node: former } satisfies BindingRecord);
      return false;
    }
    const chosen = this.#choose(pod);
    if (chosen !== undefined) {
      chosen.pods++;
      draft.put(bindingKey, { podUid: pod.uid, node: chosen.name } satisfies BindingRecord);
      return true;
    }
    if (binding === undefined) return false;
    draft.delete(bindingKey);
    return isOwn;
  }

  #choose(pod: PodRecord): LiveNode | undefined {
    if (!needsBinding(pod)) return undefined;
    this.#nodes ??= [...this.#list()].map((node) => ({ ...node })).sort((a, b) => (a.name < b.name ? -1 : 1));
    let best: LiveNode | undefined;
    for (const node of this.#nodes) {
      if (matches(pod, node.labels) && (best === undefined || node.pods < best.pods)) best = node;
    }
    return best;
  }
}

/** A foreign sandbox without a selector could be anywhere: only its own agent could say. */
export function needsBinding(pod: PodRecord): boolean {
  if (pod.spec.node !== undefined) return false;
  const { sandbox, nodeSelector } = pod.spec;
  return nodeSelector !== undefined || (sandbox !== undefined && "managed" in sandbox);
}

// A pod that stops naming its node stays there if it may, also while that node is away: it runs there.
function formerNode(draft: Draft, podKey: string, pod: PodRecord): string | undefined {
  const before = draft.stored<PodRecord>(podKey)?.data;
  return before?.uid === pod.uid ? before.spec.node : undefined;
}

function matches(pod: PodRecord, labels: Readonly<Record<string, string>> | undefined): boolean {
  if (labels === undefined) return false;
  return Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
}

function dropFollowers(draft: Draft, podKey: string, binding: BindingRecord | undefined): boolean {
  if (binding !== undefined) draft.delete(bindingKeyOf(podKey));
  const runKey = keys.runs() + podKey.slice(keys.pods().length);
  if (draft.read<RunRecord>(runKey) !== undefined) draft.delete(runKey);
  return true;
}

function bindingKeyOf(podKey: string): string {
  return keys.bindings() + podKey.slice(keys.pods().length);
}
