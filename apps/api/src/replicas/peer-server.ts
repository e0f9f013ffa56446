import {
  type AgentReply,
  type AgentStatus,
  type AgentTelemetry,
  type Event,
  PEER_CLOSE,
  PEER_PROTOCOL,
  PEER_PROTOCOL_OLDEST,
  type PeerHello,
  type PeerLayout,
  type PeerToAgent,
  type PeerToDialler,
} from "@ratchet/contracts";
import type { WebSocket } from "ws";
import type { AgentsService } from "../agents/agents.service.js";
import type { Logger } from "../logger.js";
import type { StatusRegistry } from "../status/status-registry.js";
import type { Telemetry } from "../telemetry/telemetry.js";
import type { AgentPlaces } from "./agent-places.js";

export const PEER_HEARTBEAT_MS = 3000;
const SILENT_HEARTBEATS = 3;

interface Follower {
  replica: string;
  socket: WebSocket;
  silent: number;
  /** Questions under way, by id: the node they were put to. */
  asked: Map<string, string>;
}

export interface PeerServerParts {
  replica: string;
  storeId: string;
  places: AgentPlaces;
  registry: StatusRegistry;
  telemetry: Telemetry;
  agents: AgentsService;
  log: Logger;
}

/** Tells the replicas that have dialled in what this one's agents say, and puts their questions to them. */
export class PeerServer {
  readonly #parts: PeerServerParts;
  readonly #followers = new Map<string, Follower>();
  readonly #heartbeat: NodeJS.Timeout;
  #seenMs = 0;

  constructor(parts: PeerServerParts) {
    this.#parts = parts;
    this.#heartbeat = setInterval(() => this.#beat(), PEER_HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get size(): number {
    return this.#followers.size;
  }

  /** Takes another replica in. Returns false when it was turned away. */
  join(socket: WebSocket, { protocol, replica, storeId }: PeerHello): boolean {
    const { log, places, registry } = this.#parts;
    if (protocol < PEER_PROTOCOL_OLDEST || protocol > PEER_PROTOCOL) {
      socket.close(PEER_CLOSE.protocol, `this replica speaks protocol ${PEER_PROTOCOL_OLDEST} to ${PEER_PROTOCOL}`);
      return false;
    }
    if (storeId !== this.#parts.storeId || replica === this.#parts.replica) {
      socket.close(PEER_CLOSE.store, "another store, or this replica itself");
      return false;
    }
    this.#followers.get(replica)?.socket.close(PEER_CLOSE.replaced, "this replica has dialled again");
    this.#drop(replica);
    const follower: Follower = { replica, socket, silent: 0, asked: new Map() };
    this.#followers.set(replica, follower);
    socket.on("pong", () => this.#heard(follower));
    socket.on("ping", () => this.#heard(follower));
    send(follower, {
      type: "welcome",
      protocol,
      replica: this.#parts.replica,
      storeId: this.#parts.storeId,
      heartbeatMs: PEER_HEARTBEAT_MS,
    });
    for (const [node, term] of places.at(null))
      send(follower, { type: "joined", node, term, status: registry.fullStatus(node) });
    log.info({ replica }, "another replica follows this one's agents");
    return true;
  }

  receive(replica: string, socket: WebSocket, { node, frame }: PeerToAgent): void {
    const follower = this.#followers.get(replica);
    if (follower?.socket !== socket) return;
    this.#heard(follower);
    const { agents, telemetry, places } = this.#parts;
    if (frame.type === "telemetry") {
      telemetry.wishOf(replica, node, frame);
      return;
    }
    if (frame.type === "request") follower.asked.set(frame.id, node);
    const isSent = agents.sendOwn(node, frame);
    if (isSent || frame.type === "cancel") return;
    follower.asked.delete(frame.id);
    const error = { code: "NotConnected", message: `the agent of node ${node} is not connected` };
    const term = places.get(node)?.term ?? 0;
    send(follower, { type: "said", node, term, frame: { type: "reply", id: frame.id, done: true, error } });
  }

  left(replica: string, socket: WebSocket): void {
    if (this.#followers.get(replica)?.socket === socket) this.#drop(replica);
  }

  joined(node: string, term: number): void {
    this.#tell({ type: "joined", node, term, status: null });
  }

  said(node: string, term: number, frame: AgentStatus | AgentTelemetry): void {
    this.#tell({ type: "said", node, term, frame });
  }

  agentLeft(node: string, term: number): void {
    for (const { asked } of this.#followers.values()) for (const [id, of] of asked) if (of === node) asked.delete(id);
    this.#tell({ type: "left", node, term });
  }

  event(event: Event): void {
    this.#tell({ type: "event", event });
  }

  layout(frame: PeerLayout): void {
    this.#tell(frame);
  }

  /** Brings an answer to the replica that asked. False: none did. */
  answered(node: string, term: number, frame: AgentReply): boolean {
    for (const follower of this.#followers.values()) {
      if (follower.asked.get(frame.id) !== node) continue;
      if (frame.done) follower.asked.delete(frame.id);
      send(follower, { type: "said", node, term, frame });
      return true;
    }
    return false;
  }

  stop(): void {
    clearInterval(this.#heartbeat);
    for (const { socket } of this.#followers.values()) socket.close(1001, "the API is stopping");
  }

  // Nobody waits for what it asked any more, nor looks at what it wished to see.
  #drop(replica: string): void {
    const follower = this.#followers.get(replica);
    if (follower === undefined) return;
    this.#followers.delete(replica);
    for (const [id, node] of follower.asked) this.#parts.agents.sendOwn(node, { type: "cancel", id });
    this.#parts.telemetry.wisherLeft(replica);
  }

  #tell(frame: PeerToDialler): void {
    if (this.#followers.size === 0) return;
    const text = JSON.stringify(frame);
    for (const { socket } of this.#followers.values()) if (socket.readyState === socket.OPEN) socket.send(text);
  }

  #heard(follower: Follower): void {
    follower.silent = 0;
  }

  #beat(): void {
    const { places, registry } = this.#parts;
    const nowMs = Date.now();
    if (this.#followers.size > 0) {
      const nodes = places.at(null).map(([node]) => [node, registry.node(node)?.lastSeenMs ?? 0] as [string, number]);
      this.#tell({ type: "seen", nodes: nodes.filter(([, seenMs]) => seenMs >= this.#seenMs) });
    }
    this.#seenMs = nowMs;
    for (const follower of this.#followers.values()) {
      if (++follower.silent > SILENT_HEARTBEATS) follower.socket.terminate();
      else follower.socket.ping();
    }
  }
}

function send({ socket }: Follower, frame: PeerToDialler): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
}
