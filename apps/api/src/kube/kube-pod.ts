import { LINKS_READY_GATE, Name, withoutLegacyLabels } from "@ratchet/contracts";

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
  /** It may be given wires: its containers and every gate but ours are ready, and nobody is ending it. */
  isReady: boolean;
  /** ISO 8601, in UTC with milliseconds */
  createdAt: string;
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
    creationTimestamp?: string | Date;
    deletionTimestamp?: string | Date;
  };
  spec?: { nodeName?: string; readinessGates?: { conditionType: string }[] };
  status?: { phase?: string; conditions?: { type: string; status: string }[] };
}

/** Undefined for what has ended: its namespace is gone, although the object is kept for its logs. */
export function kubePodOf({ metadata, spec, status }: RawPod, usesLabels = true): KubePod | undefined {
  const { uid, namespace, name } = metadata ?? {};
  if (uid === undefined || namespace === undefined || name === undefined) return undefined;
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return undefined;
  const gates = spec?.readinessGates?.map(({ conditionType }) => conditionType) ?? [];
  const isTrue = (type: string) => status?.conditions?.some((item) => item.type === type && item.status === "True");
  // Not the condition Ready: of a pod that waits for its wire it is false until the wire is there.
  const needed = ["ContainersReady", ...gates.filter((gate) => gate !== LINKS_READY_GATE)];
  return {
    uid,
    namespace,
    name,
    node: spec?.nodeName ?? null,
    labels: usesLabels ? (metadata?.labels ?? {}) : withoutLegacyLabels(metadata?.labels ?? {}),
    annotations: metadata?.annotations ?? {},
    hasGate: gates.includes(LINKS_READY_GATE),
    isReady: metadata?.deletionTimestamp == null && needed.every(isTrue),
    createdAt: new Date(metadata?.creationTimestamp ?? 0).toISOString(),
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
