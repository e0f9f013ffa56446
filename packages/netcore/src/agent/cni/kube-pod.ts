import { type KubePodSource, LEGACY_LABELS, LINKS_ANNOTATION, type WatchedPod } from "@ratchet/contracts";

/** What the agent keeps of a Kubernetes pod: no more than decides about its wires, since a node has hundreds. */
export interface KubePod extends KubePodSource {
  uid: string;
}

/** The pods of this node as Kubernetes told last. */
export interface KubePods {
  get(namespace: string, name: string): KubePod | undefined;
  all(): Iterable<KubePod>;
}

/** Of an agent that does not watch Kubernetes: what pods ask for is for the control plane to say. */
export const NO_KUBE_PODS: KubePods = { get: () => undefined, all: () => [] };

export function toKubePod({ metadata }: WatchedPod, usesLabels: boolean): KubePod {
  const { namespace, name, uid } = metadata;
  const isOurs = (key: string) => usesLabels && (key === LEGACY_LABELS.isRatchet || key.startsWith("ratchet."));
  const links = metadata.annotations?.[LINKS_ANNOTATION];
  return {
    ...{ namespace, name, uid },
    labels: Object.fromEntries(Object.entries(metadata.labels ?? {}).filter(([key]) => isOurs(key))),
    annotations: links === undefined ? {} : { [LINKS_ANNOTATION]: links },
  };
}
