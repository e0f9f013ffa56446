import type { BindingRecord, PodRecord } from "./records.js";

/** The node a pod is on, or null while it has none. */
export function nodeOfPod(pod: PodRecord, binding: BindingRecord | undefined): string | null {
  if (pod.spec.node !== undefined) return pod.spec.node;
  return binding !== undefined && binding.podUid === pod.uid ? binding.node : null;
}
