import type { LabRouting } from "@ratchet/contracts";

/** `replica`: 0 is the first. */
export type AgentSocket = (node: string, replica: number, own: string) => string;
/** `replica`: 0 is the first. */
export type ReplicaUrl = (replica: number, own: string) => string;

export interface LabOptions {
  /** RFC 1123 label; names everything of this lab on the host. Without it: the first free of demo, demo2, ... */
  name?: string;
  /** First of the names tried when none is given. */
  nameBase?: string;
  /** Examples by name, or files; applied together. */
  topologies?: readonly string[];
  /** Number of nodes; default what the lab files name, or two. */
  nodes?: number;
  /** Must be free; default 8080 or the next free one; 0 is any free one. */
  port?: number;
  /** Kept after the end; default a temporary folder. */
  dataDir?: string;
  /** What keeps intents; default embedded. etcd: three members of the lab's own. */
  store?: "embedded" | "etcd";
  /** API processes, behind a front when there are several; default 1. More need etcd. */
  replicas?: number;
  /** PostgreSQL that keeps the history, `postgresql://...`; default a file. */
  databaseUrl?: string;
  routing?: LabRouting | "auto";
  /** Full pass of the agents, seconds; 0 switches it off. */
  resyncSeconds?: number;
  /** Let the agents wire namespaces that they did not make. */
  allowForeignSandboxes?: boolean;
  /** The socket by which a node's agent reaches a replica, in place of the replica's own. For tests that come between. */
  agentSocket?: AgentSocket;
  /** Where a replica reaches a member of etcd, in place of the member's own client URL. For tests that come between. */
  storeUrl?: ReplicaUrl;
  /** Where the other replicas reach one, in place of its own URL. For tests that come between. */
  peerUrl?: ReplicaUrl;
  /** Seconds to wait for the topologies to come up; default 60. */
  settleTimeoutSeconds?: number;
  /** Ends the start, or the lab. Everything is removed then. */
  signal?: AbortSignal;
  /** Progress, one line each; default silent. */
  say?: (line: string) => void;
}
