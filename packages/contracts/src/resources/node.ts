import { z } from "zod";
import { API_VERSION, ClusterMetadata } from "./metadata.js";

/** What the agent found out about its kernel at start. */
export const NodeCapabilities = z.object({
  managedPods: z.boolean().meta({ description: "the agent makes namespaces for managed pods" }),
  foreignSandboxes: z.boolean().meta({ description: "the agent accepts netns, path and pid sandboxes" }),
  netem: z.boolean(),
});
export type NodeCapabilities = z.output<typeof NodeCapabilities>;

/** Reported by the node's agent; nobody else writes it. */
export const NodeSpec = z.object({
  vtepAddress: z.string().meta({ description: "this node's tunnel address" }),
  parentInterface: z.string().meta({ description: "interface the tunnels ride on" }),
  underlayMtu: z.int().meta({ description: "bytes; MTU of the parent interface" }),
  vxlanPort: z.int().meta({ description: "UDP port of the tunnels" }),
});
export type NodeSpec = z.output<typeof NodeSpec>;

export const NODE_PHASES = ["Ready", "Unknown"] as const;

export const NodeStatus = z.object({
  phase: z.enum(NODE_PHASES),
  lastSeen: z.iso.datetime().nullable(),
  agentVersion: z.string().nullable(),
  kernel: z.string().nullable(),
  panelNetns: z.string().nullable().meta({ description: "path of the panel's namespace on that host" }),
  capabilities: NodeCapabilities.nullable(),
  pods: z.int(),
});
export type NodeStatus = z.output<typeof NodeStatus>;

export const Node = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("Node"),
  metadata: ClusterMetadata,
  spec: NodeSpec,
  status: NodeStatus,
});
export type Node = z.output<typeof Node>;
