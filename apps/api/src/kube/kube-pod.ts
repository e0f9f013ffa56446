import { LINKS_READY_GATE, Name } from "@ratchet/contracts";

/** A pod of the cluster, as far as Ratchet looks at it. */
export interface KubePod {
  uid: string;
  namespace: string;
  name: string;
  /** Null until it is scheduled. */
  node: string | null;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  /** It asks for the condition `ratchet.network/links-ready`. */
  hasGate: boolean;
}

/** What the API server sends of a pod, whether it came by list or by watch. */
export interface RawPod {
  metadata?: {
    uid?: string;
    namespace?: string;
    name?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    resourceVersion?: string;
  };
  spec?: { nodeName?: string; readinessGates?: { conditionType: string }[] };
  status?: { phase?: string };
}

/** Undefined for what has ended: its namespace is gone, although the object is kept for its logs. */
export function kubePodOf({ metadata, spec, status }: RawPod): KubePod | undefined {
  const { uid, namespace, name } = metadata ?? {};
  if (uid === undefined || namespace === undefined || name === undefined) return undefined;
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return undefined;
  return {
    uid,
    namespace,
    name,
    node: spec?.nodeName ?? null,
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
    hasGate: spec?.readinessGates?.some(({ conditionType }) => conditionType === LINKS_READY_GATE) ?? false,
  };
}

/** Why this pod cannot be shown under its own name, or undefined: Kubernetes allows dots, Ratchet does not. */
export function nameProblem({ namespace, name }: KubePod): string | undefined {
  for (const [field, value] of [
    ["metadata.namespace", namespace],
    ["metadata.name", name],
  ] as const) {
    const parsed = Name.safeParse(value);
    if (!parsed.success) return `${field} ${parsed.error.issues[0]?.message}: give the pod such a name`;
  }
  return undefined;
}
