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

interface Condition {
  type: string;
  status: string;
  reason?: string;
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
  status?: { phase?: string; conditions?: Condition[] };
}

/** Undefined for what has ended: its namespace is gone, although the object is kept for its logs. */
export function kubePodOf({ metadata, spec, status }: RawPod, usesLabels = true): KubePod | undefined {
  const { uid, namespace, name } = metadata ?? {};
  if (uid === undefined || namespace === undefined || name === undefined) return undefined;
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return undefined;
  const gates = spec?.readinessGates?.map(({ conditionType }) => conditionType) ?? [];
  return {
    uid,
    namespace,
    name,
    node: spec?.nodeName ?? null,
    labels: usesLabels ? (metadata?.labels ?? {}) : withoutLegacyLabels(metadata?.labels ?? {}),
    annotations: metadata?.annotations ?? {},
    hasGate: gates.includes(LINKS_READY_GATE),
    isReady: metadata?.deletionTimestamp == null && isReadyButForLinks(status?.conditions ?? [], gates),
    createdAt: new Date(metadata?.creationTimestamp ?? 0).toISOString(),
  };
}

/** kubelet's reason for Ready being false when a gate alone is. Of a lost node's pods Ready alone turns false, without it. */
const GATES_NOT_READY = "ReadinessGatesNotReady";

/** Ready, or short of it by our own gate alone, which is true only when the wire is there. */
function isReadyButForLinks(conditions: readonly Condition[], gates: readonly string[]): boolean {
  const isTrue = (wanted: string) => conditions.some(({ type, status }) => type === wanted && status === "True");
  if (isTrue("Ready")) return true;
  const ready = conditions.find(({ type }) => type === "Ready");
  if (!gates.includes(LINKS_READY_GATE) || ready?.reason !== GATES_NOT_READY) return false;
  return isTrue("ContainersReady") && gates.every((gate) => gate === LINKS_READY_GATE || isTrue(gate));
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
