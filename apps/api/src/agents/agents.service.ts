import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  AGENT_CLOSE,
  AGENT_PROTOCOL,
  AGENT_PROTOCOL_OLDEST,
  type AgentHello,
  type AgentToApi,
  type ApiToAgent,
  type ApiWelcome,
  keys,
} from "@ratchet/contracts";
import type { WebSocket } from "ws";
import type { EventLog } from "../events/event-log.js";
import type { Logger } from "../logger.js";
import type { AgentPlaces } from "../replicas/agent-places.js";
import type { Mirror } from "../state/mirror.js";
import type { Reconciler } from "../state/reconciler.js";
import type { AgentRecord, NodeRecord } from "../state/records.js";
import type { Transactor } from "../state/transactor.js";
import type { Feed } from "../status/feed.js";
import type { StatusRegistry } from "../status/status-registry.js";
import { Telemetry, type TelemetryParts } from "../telemetry/telemetry.js";
import { type AgentRelay, NO_RELAY } from "./agent-relay.js";
import { AgentRpc } from "./agent-rpc.js";
import type { Dispatcher } from "./dispatcher.js";
import { MalformedFrame } from "./malformed-frame.js";

/**
 * A closed socket is noticed at once; this is for hosts that vanish without a word. Longer than an
 * agent is ever busy with one batch of netlink requests.
 */
const HEARTBEAT_MS = 3000;
const SILENT_HEARTBEATS = 3;
const HELLO_WITHIN_MS = 10_000;
/** How long this replica's picture of the store may be behind another one's: longer than it takes to notice that the store is away. */
const CATCH_UP_MS = 5000;
/** RFC 6455 section 5.5: the reason in a close frame has at most 123 bytes. */
const MAX_REASON_BYTES = 123;

export interface AgentsParts {
  mirror: Mirror;
  transactor: Transactor;
  registry: StatusRegistry;
  places: AgentPlaces;
  dispatcher: Dispatcher;
  reconciler: Reconciler;
  feed: Feed;
  events: EventLog;
  measuring: Omit<TelemetryParts, "world">;
  isStoreAway: () => boolean;
  log: Logger;
}

/** The agents that are connected: one connection a node, the newest wins. */
export class AgentsService {
  readonly telemetry: Telemetry;
  readonly rpc = new AgentRpc((node, frame) => this.send(node, frame));
  readonly #connections = new Map<string, { socket: WebSocket; silent: number; term: number }>();
  #relay: AgentRelay = NO_RELAY;
  readonly #parts: AgentsParts;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(parts: AgentsParts) {
    this.#parts = parts;
    const measuring = { ...parts.measuring, world: parts.mirror.world };
    this.telemetry = new Telemetry(measuring, (node, frame) => this.send(node, frame));
    this.#heartbeat = setInterval(() => this.#ping(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get connected(): number {
    return this.#connections.size;
  }

  /** The node's agent is connected here, or was the last time it was anywhere. */
  wasLastHere(name: string): boolean {
    return this.#parts.places.wasLastHere(name);
  }

  /** From now on other replicas hear of what agents say here, and this one of theirs. */
  relayBy(relay: AgentRelay): void {
    this.#relay = relay;
  }

  /** Returns false, and sends nothing, when the node's agent is connected neither here nor at a replica in reach. */
  send(name: string, frame: ApiToAgent): boolean {
    return this.sendOwn(name, frame) || this.#relay.send(name, frame);
  }

  /** Returns false, and sends nothing, when the node's agent is not connected here. */
  sendOwn(name: string, frame: ApiToAgent): boolean {
    const socket = this.#connections.get(name)?.socket;
    if (socket === undefined || socket.readyState !== socket.OPEN) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  expectHello(socket: WebSocket): void {
    const timer = setTimeout(() => close(socket, AGENT_CLOSE.malformed, "no hello within 10 s"), HELLO_WITHIN_MS);
    socket.once("message", () => clearTimeout(timer));
    socket.once("close", () => clearTimeout(timer));
  }

  /** Returns false when an agent of that version was turned away. */
  understands(socket: WebSocket, protocol: number): boolean {
    if (protocol >= AGENT_PROTOCOL_OLDEST && protocol <= AGENT_PROTOCOL) return true;
    const spoken = `agent protocol ${AGENT_PROTOCOL_OLDEST} to ${AGENT_PROTOCOL}`;
    close(socket, AGENT_CLOSE.protocol, `this API speaks ${spoken}, not ${protocol}: update the older one`);
    return false;
  }

  /** Takes a node in. Returns false when it was turned away. */
  async join(socket: WebSocket, hello: AgentHello): Promise<boolean> {
    const { mirror, registry, places, dispatcher, reconciler, feed, events, log } = this.#parts;
    const { name } = hello.node;
    await this.#keepNode(hello);
    if (!(await this.#hasCaughtUp(hello))) {
      close(socket, AGENT_CLOSE.behind, "another replica told this agent more than the store tells this one: go there");
      return false;
    }
    if (socket.readyState !== socket.OPEN) return false;
    const older = this.#connections.get(name);
    if (older !== undefined) {
      close(older.socket, AGENT_CLOSE.replaced, `another agent of node ${name} has connected`);
    }
    const wasConnected = registry.isConnected(name);
    this.rpc.left(name);
    const stored = mirror.world.entry<AgentRecord>(keys.agent(name))?.data.term ?? 0;
    const term = places.take(name, Math.max(Date.now(), stored + 1));
    this.#connections.set(name, { socket, silent: 0, term });
    socket.on("pong", () => this.#heard(name, socket));

    registry.connect(name, Date.now());
    const welcome: ApiWelcome = {
      type: "welcome",
      protocol: hello.protocol,
      storeId: mirror.storeId,
      heartbeatMs: HEARTBEAT_MS,
    };
    socket.send(JSON.stringify(welcome));
    dispatcher.connect(name, (text) => socket.send(text));
    this.telemetry.connected(name);
    feed.nodeChanged(name);
    reconciler.nodeCame();
    this.#relay.joined(name, term);
    if (!wasConnected) events.aboutNode(name, "NodeReady", "info", `the agent of node ${name} has connected`);
    log.info({ node: name, agentVersion: hello.agentVersion }, "agent connected");
    return true;
  }

  receive(name: string, socket: WebSocket, message: AgentToApi): void {
    const { registry, reconciler, feed, events } = this.#parts;
    const connection = this.#connections.get(name);
    if (connection?.socket !== socket) return;
    const { term } = connection;
    this.#heard(name, socket);
    if (message.type === "hello") throw new MalformedFrame("hello comes once");
    if (message.type === "event") {
      events.add({ ...message.event, node: name });
      return;
    }
    if (message.type === "reply") {
      if (!this.#relay.answered(name, term, message)) this.rpc.reply(name, message);
      return;
    }
    if (message.type === "telemetry") {
      this.telemetry.take(name, message, Date.now());
      this.#relay.said(name, term, message);
      return;
    }
    const reported = registry.report(name, message, Date.now());
    feed.reported(reported);
    this.#relay.said(name, term, message);
    if (reported.mayReleaseVnis) reconciler.nodeReported(name);
  }

  /** The node's agent has a newer connection at another replica: one that is left over here ends. */
  superseded(name: string, replica: string): void {
    const { dispatcher, places, registry, feed, log } = this.#parts;
    const older = this.#connections.get(name);
    if (older === undefined) return;
    this.#connections.delete(name);
    dispatcher.disconnect(name);
    this.rpc.left(name);
    // Until that replica tells of it nothing is known.
    if (places.leave(name, null, older.term)) {
      this.telemetry.left(name);
      registry.disconnect(name);
      feed.nodeChanged(name);
    }
    this.#relay.left(name, older.term);
    close(older.socket, AGENT_CLOSE.replaced, `the agent of node ${name} has connected to another replica`);
    log.info({ node: name, replica }, "the agent has gone to another replica");
  }

  left(name: string, socket: WebSocket): void {
    const { registry, places, dispatcher, feed, events, log } = this.#parts;
    // An older connection that was replaced ends after the newer one began.
    const connection = this.#connections.get(name);
    if (connection?.socket !== socket) return;
    this.#connections.delete(name);
    places.leave(name, null, connection.term);
    this.rpc.left(name);
    this.telemetry.left(name);
    registry.disconnect(name);
    dispatcher.disconnect(name);
    this.#relay.left(name, connection.term);
    feed.nodeChanged(name);
    events.aboutNode(name, "NodeUnknown", "warning", `the agent of node ${name} is not connected any more`);
    log.info({ node: name }, "agent disconnected");
  }

  refuse(socket: WebSocket, error: unknown): void {
    if (error instanceof MalformedFrame) {
      this.#parts.log.warn({ reason: error.message }, "an agent sent a bad frame");
      close(socket, AGENT_CLOSE.malformed, error.message);
      return;
    }
    this.#parts.log.error({ err: error }, "cannot take what an agent sent");
    close(socket, 1011, "internal error");
  }

  stop(): void {
    clearInterval(this.#heartbeat);
    for (const { socket } of this.#connections.values()) close(socket, 1001, "the API is stopping");
  }

  /** False: what this replica knows is older than what the agent was told, and nobody can say what is true now. */
  async #hasCaughtUp({ known }: AgentHello): Promise<boolean> {
    const { mirror, isStoreAway } = this.#parts;
    if (known === undefined || known.storeId !== mirror.storeId) return true;
    // A store that answers and has less was put back to an earlier state: that is what is asked for now.
    return (await mirror.reached(known.revision, CATCH_UP_MS)) || !isStoreAway();
  }

  async #keepNode({ node, agentVersion, kernel }: AgentHello): Promise<void> {
    await this.#parts.transactor.commit("", (draft) => {
      const before = draft.read<NodeRecord>(keys.node(node.name));
      const record: NodeRecord = {
        uid: before?.uid ?? randomUUID(),
        name: node.name,
        labels: node.labels,
        createdAt: before?.createdAt ?? new Date().toISOString(),
        spec: {
          vtepAddress: node.vtepAddress,
          parentInterface: node.parentInterface,
          underlayMtu: node.underlayMtuBytes,
          vxlanPort: node.vxlanPort,
        },
        agentVersion,
        kernel,
        panelNetns: node.panelNetns,
        capabilities: node.capabilities,
      };
      if (!isDeepStrictEqual(before, record)) draft.put(keys.node(node.name), record);
    });
  }

  #heard(name: string, socket: WebSocket): void {
    const connection = this.#connections.get(name);
    if (connection?.socket !== socket) return;
    connection.silent = 0;
    this.#parts.registry.seen(name, Date.now());
  }

  #ping(): void {
    for (const connection of this.#connections.values()) {
      if (++connection.silent > SILENT_HEARTBEATS) connection.socket.terminate();
      else connection.socket.ping();
    }
  }
}

function close(socket: WebSocket, code: number, reason: string): void {
  const bytes = Buffer.from(reason);
  socket.close(
    code,
    bytes.length <= MAX_REASON_BYTES
      ? bytes
      : bytes
          .subarray(0, MAX_REASON_BYTES)
          .toString("latin1")
          .replace(/[^\x20-\x7e]/g, "?"),
  );
}
