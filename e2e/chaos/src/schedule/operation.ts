import type { Document, EndSpec, Kind } from "../model/world.js";

interface Named {
  namespace: string;
  name: string;
}

/** A write, as a client sends it. */
export type Operation =
  | { op: "create"; document: Document }
  | { op: "replace"; document: Document }
  | ({ op: "patch"; kind: Kind; patch: object; isStale?: boolean } & Named)
  | ({ op: "delete"; kind: Kind } & Named)
  | ({ op: "reroute"; endpoint: 0 | 1; to: Partial<EndSpec> } & Named)
  | ({ op: "kill" | "restart" } & Named)
  | { op: "apply"; documents: Document[]; prune?: string }
  /** Takes back one of the changes known when the round began: `back` 0 is the newest. */
  | { op: "revert"; back: number };

/** Something done to the processes. `forMs` later it is over. */
export type Disturbance =
  | { disturb: "killAgent" | "stopAgent"; node: string; forMs: number }
  /** From one replica of the API, or from all. */
  | { disturb: "cutAgent" | "pauseAgent"; node: string; replica?: string; forMs: number }
  | { disturb: "killApi"; replica?: string }
  | { disturb: "stopApi"; replica?: string; forMs: number }
  | { disturb: "killEtcd"; member: string }
  | { disturb: "stopEtcd"; member: string; forMs: number }
  /** From its store, or the others from it. */
  | { disturb: "cutFromStore" | "cutFromPeers"; replica: string; forMs: number }
  /** The node's cable: its tunnels carry nothing, while its agent is reached as before. */
  | { disturb: "cutUnderlay"; node: string; forMs: number }
  | { disturb: "killDatabase" }
  | { disturb: "stopDatabase"; forMs: number }
  | { disturb: "fillDisk"; whose: string; forMs: number };

/** What can be disturbed beside the agents, by name. */
export interface Parts {
  replicas: readonly string[];
  /** Of etcd; none with the embedded store. */
  members: readonly string[];
  /** Small ones, by whose state is on them; none: all is on the machine's own. */
  disks: readonly string[];
  /** Whether the history is in a database of its own. */
  hasDatabase: boolean;
  /** Whether links choose pods by their labels as well. */
  hasSelectors: boolean;
}

export const ALONE: Parts = { replicas: ["api"], members: [], disks: [], hasDatabase: false, hasSelectors: false };

export const BREAKS = [
  "panelHalfDelete",
  "panelHalfDown",
  "panelHalfMtu",
  "panelHalfRename",
  "panelFilterDelete",
  "panelFilterAstray",
  "panelQdiscDelete",
  "tunnelDelete",
  "tunnelDown",
  "tunnelRename",
  "podAddressDelete",
  "podRouteDelete",
  "podLinkDelete",
  "podLinkMtu",
  "podNamespaceDelete",
] as const;
export type BreakKind = (typeof BREAKS)[number];

/** Something broken by hand in a kernel; `pick` in [0, 1) says which of what is there. */
export interface Break {
  break: BreakKind;
  node: string;
  pick: number;
}

export type Single = Operation | Disturbance | Break;
/** One step of a round; those of `together` run at the same time. */
export type Step = Single | { together: Single[] };

export interface Round {
  number: number;
  steps: Step[];
}

export function isOperation(step: Single): step is Operation {
  return "op" in step;
}
