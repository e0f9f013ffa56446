/** Label of what the control plane wrote from a Kubernetes cluster: `kubernetes`. Clients cannot set it. */
export const SOURCE_LABEL = "ratchet.network/source";
export const SOURCE_KUBERNETES = "kubernetes";

/** Annotation of a Link written from a Kubernetes pod: `namespace/pod/uid`. The Link goes with that pod. */
export const OWNER_ANNOTATION = "ratchet.network/owner";

/** Annotation of what could not be written as asked: what is wrong and how to mend it. */
export const PROBLEM_ANNOTATION = "ratchet.network/problem";

/** Annotation of a Kubernetes pod: its links, as JSON. */
export const LINKS_ANNOTATION = "ratchet.network/links";

/** Condition that a Kubernetes pod may name in `spec.readinessGates`. */
export const LINKS_READY_GATE = "ratchet.network/links-ready";

/** What is written on objects by the control plane alone. */
export const SERVER_ANNOTATIONS: readonly string[] = [OWNER_ANNOTATION, PROBLEM_ANNOTATION];
