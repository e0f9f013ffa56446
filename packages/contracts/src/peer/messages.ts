import { z } from "zod";
import { AgentStatus } from "../agent/messages.js";
import { AgentReply, ApiCancel, ApiRequest } from "../agent/rpc.js";
import { AgentTelemetry, ApiTelemetryWish } from "../agent/telemetry.js";
import { Layout } from "../api/layout.js";
import { Name } from "../net/fields.js";
import { Event } from "../resources/event.js";

/** What replicas of the API say to each other. Raised when a message changes its meaning. */
export const PEER_PROTOCOL = 1;
/** Of which version a replica still understands others, so that they can be replaced one by one. */
export const PEER_PROTOCOL_OLDEST = 1;
export const PEER_CLOSE = { protocol: 4001, replaced: 4002, store: 4003, malformed: 1008 } as const;

const replica = z.string().min(1).max(64);
/** Grows with each connection of a node's agent, whichever replica takes it. */
const term = z.number();

/** The replica that dials. It is then told of the other's agents, and may ask them. */
export const PeerHello = z.object({
  type: z.literal("hello"),
  protocol: z.int(),
  replica,
  storeId: z.string().max(64),
});
export type PeerHello = z.output<typeof PeerHello>;

/** For an agent that is connected to the replica that was dialled. */
export const PeerToAgent = z.object({
  type: z.literal("toAgent"),
  node: Name,
  frame: z.discriminatedUnion("type", [ApiRequest, ApiCancel, ApiTelemetryWish]),
});
export type PeerToAgent = z.output<typeof PeerToAgent>;

/** From the replica that dials. */
export const DiallerToPeer = z.discriminatedUnion("type", [PeerHello, PeerToAgent]);
export type DiallerToPeer = z.output<typeof DiallerToPeer>;

export const PeerWelcome = z.object({
  type: z.literal("welcome"),
  protocol: z.int(),
  replica,
  storeId: z.string(),
  /** Both sides ping this often and give up after three silent intervals. */
  heartbeatMs: z.int(),
});
export type PeerWelcome = z.output<typeof PeerWelcome>;

/** An agent is connected. `status`: everything it has said by now, `full`; null when it has not said all yet. */
export const PeerJoined = z.object({ type: z.literal("joined"), node: Name, term, status: AgentStatus.nullable() });
export type PeerJoined = z.output<typeof PeerJoined>;

export const PeerSaid = z.object({
  type: z.literal("said"),
  node: Name,
  term,
  frame: z.discriminatedUnion("type", [AgentStatus, AgentReply, AgentTelemetry]),
});
export type PeerSaid = z.output<typeof PeerSaid>;

export const PeerLeft = z.object({ type: z.literal("left"), node: Name, term });
export type PeerLeft = z.output<typeof PeerLeft>;

/** When agents were last heard of: [node, ms since the epoch]. */
export const PeerSeen = z.object({ type: z.literal("seen"), nodes: z.array(z.tuple([Name, z.number()])) });
export type PeerSeen = z.output<typeof PeerSeen>;

export const PeerEvent = z.object({ type: z.literal("event"), event: Event });
export type PeerEvent = z.output<typeof PeerEvent>;

/** Somebody saved where things stand on the page. */
export const PeerLayout = z.object({
  type: z.literal("layout"),
  namespace: z.string(),
  layout: Layout,
  actor: z.string(),
});
export type PeerLayout = z.output<typeof PeerLayout>;

/** From the replica that was dialled. */
export const PeerToDialler = z.discriminatedUnion("type", [
  PeerWelcome,
  PeerJoined,
  PeerSaid,
  PeerLeft,
  PeerSeen,
  PeerEvent,
  PeerLayout,
]);
export type PeerToDialler = z.output<typeof PeerToDialler>;
