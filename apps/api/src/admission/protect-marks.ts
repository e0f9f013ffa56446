import { SERVER_ANNOTATIONS, SOURCE_LABEL } from "@ratchet/contracts";

/** On a Pod from Kubernetes: what its labels and annotation last wrote to its Links, JSON by Link name. */
export const WRITTEN_ANNOTATION = "ratchet.network/links-written";

/** On a Pod: interfaces it keeps although the pod that asked for their wires is gone, JSON: interface to pairing name. */
export const KEPT_ANNOTATION = "ratchet.network/interfaces-kept";

const OWN_ANNOTATIONS = [...SERVER_ANNOTATIONS, WRITTEN_ANNOTATION, KEPT_ANNOTATION];

interface Marked {
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/**
 * What a client writes, with the control plane's own marks as they were: a client can neither set
 * nor remove them, so that what was read can be written back. Pure.
 */
export function protectMarks<T extends Marked>(input: T, before: Marked | undefined): T {
  const labels = keep(input.labels, before?.labels, [SOURCE_LABEL]);
  const annotations = keep(input.annotations, before?.annotations, OWN_ANNOTATIONS);
  return { ...input, labels, annotations };
}

function keep(
  given: Record<string, string>,
  before: Record<string, string> | undefined,
  keys: readonly string[],
): Record<string, string> {
  const kept = { ...given };
  for (const key of keys) {
    const value = before?.[key];
    if (value === undefined) delete kept[key];
    else kept[key] = value;
  }
  return kept;
}
