/** Path segment of each kind under `/api/v1/namespaces/{ns}/`. */
export const PLURALS = {
  pods: "Pod",
  links: "Link",
  networks: "Network",
  routings: "Routing",
  chains: "Chain",
  faults: "Fault",
  scenarios: "Scenario",
  runs: "Run",
  snapshots: "Snapshot",
} as const;
export type Plural = keyof typeof PLURALS;
export type Kind = (typeof PLURALS)[Plural] | "Node";

/** Kinds that are built; the others are refused with `Unsupported`. */
export const BUILT_PLURALS = ["pods", "links", "faults", "scenarios", "runs"] as const satisfies Plural[];
