import { z } from "zod";
import { InterfaceName, IpAddress, MtuBytes, Name } from "../net/fields.js";
import { Event } from "../resources/event.js";
import { Labels } from "../resources/metadata.js";
import { NodeCapabilities } from "../resources/node.js";
import { AssignedFault, FaultReport } from "./assigned-fault.js";
import { AssignedPod, AssignedPort, AssignedWire, PortRef } from "./assignment.js";
import { PodReport, PortReport, WireReport } from "./report.js";
import { AgentReply, ApiCancel, ApiRequest } from "./rpc.js";
import { AgentTelemetry, ApiTelemetryWish } from "./telemetry.js";

/**
 * Raised when a message changes its meaning, or gets a field that stricter readers would refuse. Agents say the newest
 * first; whoever does not understand it closes with 4001, and the agent says an older one.
 */
export const AGENT_PROTOCOL = 3;
/** The oldest that is still understood, so that agents and API can be replaced one by one. */
export const AGENT_PROTOCOL_OLDEST = 2;
export const AGENT_CLOSE = {
  protocol: 4001,
  replaced: 4002,
  installation: 4003,
  identity: 4004,
  behind: 4005,
  malformed: 1008,
} as const;

/** What a hello of any version has. */
export const AgentGreeting = z.looseObject({ type: z.literal("hello"), protocol: z.int() });

export const AgentHello = z.strictObject({
  type: z.literal("hello"),
  protocol: z.int(),
  agentVersion: z.string().max(64),
  kernel: z.string().max(128),
  bootId: z.string().max(64),
  node: z.strictObject({
    name: Name,
    labels: Labels,
    vtepAddress: IpAddress,
    parentInterface: InterfaceName,
    underlayMtuBytes: MtuBytes,
    vxlanPort: z.int().min(1).max(65535),
    panelNetns: z.string().max(4096),
    capabilities: NodeCapabilities,
  }),
  /** From version 3 on: the newest assignment it has taken in. A replica that is behind must not take it back. */
  known: z.strictObject({ storeId: z.string().max(64), revision: z.int().min(0) }).optional(),
});
export type AgentHello = z.output<typeof AgentHello>;

/**
 * What the kernel has. With `full`, everything: what is not in it is not there.
 * Otherwise only what changed; `removed*` name what is gone.
 */
export const AgentStatus = z.strictObject({
  type: z.literal("status"),
  full: z.boolean(),
  /** `version` of the last assignment this status has taken in. */
  version: z.int(),
  pods: z.array(PodReport),
  ports: z.array(PortReport),
  wires: z.array(WireReport),
  removedPods: z.array(z.string()),
  removedPorts: z.array(PortRef),
  removedWires: z.array(z.string()),
  /** With `full`, every VNI that has a tunnel in the panel; otherwise those newly there. */
  vnis: z.array(z.int()),
  /** VNIs whose tunnel is confirmed gone. */
  removedVnis: z.array(z.int()),
  /** With `full`, every fault this agent knows; otherwise those that changed. */
  faults: z.array(FaultReport).optional(),
  removedFaults: z.array(z.string()).optional(),
});
export type AgentStatus = z.output<typeof AgentStatus>;

export const AgentEvent = z.strictObject({
  type: z.literal("event"),
  event: Event.omit({ node: true }),
});
export type AgentEvent = z.output<typeof AgentEvent>;

/** From agent to API. */
export const AgentToApi = z.discriminatedUnion("type", [
  AgentHello,
  AgentStatus,
  AgentEvent,
  AgentReply,
  AgentTelemetry,
]);
export type AgentToApi = z.output<typeof AgentToApi>;

export const ApiWelcome = z.object({
  type: z.literal("welcome"),
  protocol: z.int(),
  storeId: z.string(),
  /** Both sides ping this often and give up after three silent intervals. */
  heartbeatMs: z.int(),
});
export type ApiWelcome = z.output<typeof ApiWelcome>;

/**
 * What this node shall have. The first after `welcome` is `full`: it replaces everything;
 * later ones add, replace (by key) and remove. `version` counts them within one connection.
 */
export const ApiAssignment = z.object({
  type: z.literal("assignment"),
  storeId: z.string(),
  version: z.int(),
  revision: z.int(),
  full: z.boolean(),
  pods: z.array(AssignedPod),
  ports: z.array(AssignedPort),
  wires: z.array(AssignedWire),
  removedPods: z.array(z.string()),
  removedPorts: z.array(PortRef),
  removedWires: z.array(z.string()),
  faults: z.array(AssignedFault).optional(),
  removedFaults: z.array(z.string()).optional(),
});
export type ApiAssignment = z.output<typeof ApiAssignment>;

/** From API to agent. */
export const ApiToAgent = z.discriminatedUnion("type", [
  ApiWelcome,
  ApiAssignment,
  ApiRequest,
  ApiCancel,
  ApiTelemetryWish,
]);
export type ApiToAgent = z.output<typeof ApiToAgent>;
