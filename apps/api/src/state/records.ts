import type {
  FAULT_ENDINGS,
  FaultSpec,
  LinkSpec,
  NodeCapabilities,
  NodeSpec,
  PodEndpoint,
  PodSpec,
  RunStatus,
  ScenarioSpec,
} from "@ratchet/contracts";

/** An intent as the store keeps it. Its revision is the entry's modRevision: nothing but metadata and spec is in it. */
export interface IntentRecord<Spec> {
  uid: string;
  namespace: string;
  name: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** ISO 8601 */
  createdAt: string;
  spec: Spec;
}
export type PodRecord = IntentRecord<PodSpec>;
export type LinkRecord = IntentRecord<LinkSpec>;

/** A fault, with what cannot be derived of it: who began it when, and how it ended. */
export interface FaultRecord extends IntentRecord<FaultSpec> {
  by: string;
  /** ISO 8601 */
  startedAt: string;
  end: { at: string; how: (typeof FAULT_ENDINGS)[number] } | null;
}

export type ScenarioRecord = IntentRecord<ScenarioSpec>;

export type AnyRecord = PodRecord | LinkRecord | FaultRecord | ScenarioRecord;

/** What a run changed, written down before it did, so that whoever comes after can put it back. */
export type Undo =
  /** `as`: how the scenario names it; `link`: of a cut. */
  | { kind: "fault"; name: string; as: string | null; link: string | null }
  | { kind: "end"; link: string; linkUid: string; endpoint: 0 | 1; before: PodEndpoint; after: PodEndpoint }
  | { kind: "state"; link: string; linkUid: string }
  | { kind: "pod"; pod: string; podUid: string; wasRunning: boolean };

/** A run of a scenario. One process at a time writes it: the one named in `owner`. */
export interface ScenarioRunRecord extends IntentRecord<{ scenario: string; seed: number; source: ScenarioSpec }> {
  /** At which it was made: the entry's own moves with its status. Absent until it is written for the second time. */
  revision?: number;
  /** Of the process that carries it out; null before anybody has taken it. */
  owner: string | null;
  cancel: { by: string; at: string } | null;
  undo: Undo[];
  status: RunStatus;
}

/** What a node's agent said of it when it last connected. */
export interface NodeRecord {
  uid: string;
  name: string;
  labels: Record<string, string>;
  createdAt: string;
  spec: NodeSpec;
  agentVersion: string;
  kernel: string;
  panelNetns: string;
  capabilities: NodeCapabilities;
}

/** Which node a pod was put on. Kept apart from the pod, so that its revision does not move. */
export interface BindingRecord {
  podUid: string;
  node: string;
}

/** Which pods a link's selectors have chosen. Kept apart from the link, so that its revision does not move. */
export interface ChoiceRecord {
  linkUid: string;
  /** One for each end; null for an end that names its pod. */
  ends: (ChosenEnd | null)[];
}

export interface ChosenEnd {
  /** Name of the pod; null while none can be had. */
  pod: string | null;
  /** Why the pod that should have been chosen was not: another link has what this one needs in it. */
  refusal: string | null;
}

/** Whether a managed pod shall run. `incarnation` counts kills and restarts. */
export interface RunRecord {
  podUid: string;
  isRunning: boolean;
  incarnation: number;
}

/** A VNI in use, or no longer used and not yet confirmed gone. */
export interface VniRecord {
  vni: number;
  linkUid: string;
  namespace: string;
  link: string;
  /** Every node that may have a tunnel with it. */
  nodes: string[];
  state: "used" | "draining";
}

/** A /31 or /127 from a namespace's pool; the first address is the first end's. */
export interface SubnetRecord {
  /** Its first address, without prefix length. */
  network: string;
  linkUid: string;
  namespace: string;
  link: string;
}

/** What the installation allocates from. Prefixes are canonical texts. */
export interface PoolsRecord {
  /** Both inclusive. */
  vnis: { from: number; to: number };
  ipv4: string[];
  ipv6: string[];
}

/** What one namespace has instead of the installation's; null: nothing. */
export interface NamespacePoolsRecord {
  ipv4: string[] | null;
  ipv6: string[] | null;
}

/** A pod's interface belongs to one link. */
export interface PortClaim {
  linkUid: string;
  link: string;
}

/** An address inside a pod belongs to one interface; the pod's own spec and a link may both name it there. */
export interface AddressClaim {
  interface: string;
  owners: string[];
}

/** A replica of the API that is there. */
export interface ReplicaRecord {
  id: string;
  /** Of its process. */
  incarnation: string;
  /** How other replicas reach it, http(s)://HOST:PORT; null: they cannot. */
  peerUrl: string | null;
  version: string;
  /** ISO 8601 */
  startedAt: string;
}

/** Which replica a node's agent is connected to. */
export interface AgentRecord {
  replica: string;
  /** Grows with each connection of the node's agent, whichever replica takes it. */
  term: number;
}

export interface LeaderRecord {
  replica: string;
  incarnation: string;
}

/** An entry of the store, read. */
export interface Held<T> {
  readonly data: T;
  readonly modRevision: number;
}
