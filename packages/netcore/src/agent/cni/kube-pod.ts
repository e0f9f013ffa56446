/** What the agent keeps of a Kubernetes pod: no more, since a node has hundreds. */
export interface KubePod {
  namespace: string;
  name: string;
  uid: string;
  labels: Readonly<Record<string, string>>;
  /** The value of `ratchet.network/links`. */
  links: string | undefined;
}

/** The pods of this node as Kubernetes told last. */
export interface KubePods {
  get(namespace: string, name: string): KubePod | undefined;
  all(): Iterable<KubePod>;
}

/** Of an agent that does not watch Kubernetes: what pods ask for is for the control plane to say. */
export const NO_KUBE_PODS: KubePods = { get: () => undefined, all: () => [] };
