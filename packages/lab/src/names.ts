/** Namespaces of one lab on the host. A '.' cannot occur in a lab, node or pod name: no two names collide. */
export interface LabNames {
  lab: string;
  /** Every namespace of the lab starts with it, and no other lab's does. */
  prefix: string;
  /** Holds the bridge the nodes are plugged into. */
  underlay: string;
  node(node: string): string;
  panel(node: string): string;
  /** The agent appends `.NAMESPACE.POD`. */
  podPrefix(node: string): string;
  pod(node: string, namespace: string, pod: string): string;
}

/** A node cannot be called so: its namespace would be the underlay's. */
export const RESERVED_NODE_NAME = "underlay";

export function labNames(lab: string): LabNames {
  const prefix = `ratchet-${lab}.`;
  return {
    lab,
    prefix,
    underlay: `${prefix}${RESERVED_NODE_NAME}`,
    node: (node) => `${prefix}${node}`,
    panel: (node) => `${prefix}${node}.panel`,
    podPrefix: (node) => `${prefix}${node}`,
    pod: (node, namespace, pod) => `${prefix}${node}.${namespace}.${pod}`,
  };
}

/** Where `ip netns` keeps a namespace. */
export function netnsPath(name: string): string {
  return `/run/netns/${name}`;
}
