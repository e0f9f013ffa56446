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
  | { disturb: "killAgent" | "cutAgent"; node: string; forMs: number }
  | { disturb: "stopAgent" | "pauseAgent"; node: string; forMs: number }
  | { disturb: "killApi" }
  | { disturb: "stopApi"; forMs: number };

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
