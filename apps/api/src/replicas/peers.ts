import {
  type AgentReply,
  type AgentStatus,
  type AgentTelemetry,
  type ApiToAgent,
  keys,
  PEER_PROTOCOL,
  type PeerLayout,
} from "@ratchet/contracts";
import type { PeerDial } from "../access/peer-credentials.js";
import type { AgentRelay } from "../agents/agent-relay.js";
import type { AgentsService } from "../agents/agents.service.js";
import type { EventLog } from "../events/event-log.js";
import type { Logger } from "../logger.js";
import type { Mirror } from "../state/mirror.js";
import type { Reconciler } from "../state/reconciler.js";
import type { AgentRecord, ReplicaRecord } from "../state/records.js";
import type { Feed } from "../status/feed.js";
import type { StatusRegistry } from "../status/status-registry.js";
import type { AgentPlaces } from "./agent-places.js";
import type { Membership } from "./membership.js";
import { PeerConnection } from "./peer-connection.js";
import { PeerServer } from "./peer-server.js";
import { RemoteAgents } from "./remote-agents.js";

export interface PeersParts {
  replica: string;
  mirror: Mirror;
  membership: Membership;
  places: AgentPlaces;
  agents: AgentsService;
  registry: StatusRegistry;
  reconciler: Reconciler;
  feed: Feed;
  events: EventLog;
  log: Logger;
  /** Somebody saved a layout at another replica. */
  onLayout: (layout: PeerLayout) => void;
  /** What is shown to the replica at this address. */
  credentials?: (url: string) => PeerDial;
}

/** One WebSocket to each other replica that the store names, and one from each. */
export class Peers implements AgentRelay {
  readonly server: PeerServer;
  readonly #parts: PeersParts;
  readonly #remote: RemoteAgents;
  readonly #connections = new Map<string, { record: ReplicaRecord; connection: PeerConnection }>();
  #isStopped = false;

  constructor(parts: PeersParts) {
    this.#parts = parts;
    const { replica, mirror, places, registry, agents, events, log } = parts;
    const { storeId } = mirror;
    this.server = new PeerServer({ replica, storeId, places, registry, telemetry: agents.telemetry, agents, log });
    this.#remote = new RemoteAgents({
      ...parts,
      send: (to, frame) => this.#connections.get(to)?.connection.send(frame) === true,
    });
    events.onEvent((event, origin) => origin === "own" && this.server.event(event));
    mirror.onChange(({ members }) => {
      for (const key of members) this.#follow(key);
    });
    for (const key of mirror.world.keys()) this.#follow(key);
  }

  /** Number of other replicas that are connected or dialled. */
  get size(): number {
    return this.#connections.size;
  }

  joined(node: string, term: number): void {
    this.#parts.membership.holds(node, term);
    this.server.joined(node, term);
  }

  said(node: string, term: number, frame: AgentStatus | AgentTelemetry): void {
    this.server.said(node, term, frame);
  }

  left(node: string, term: number): void {
    this.#parts.membership.lost(node);
    this.server.agentLeft(node, term);
  }

  answered(node: string, term: number, reply: AgentReply): boolean {
    return this.server.answered(node, term, reply);
  }

  send(node: string, frame: ApiToAgent): boolean {
    return this.#remote.send(node, frame);
  }

  stop(): void {
    this.#isStopped = true;
    this.server.stop();
    for (const { connection } of this.#connections.values()) connection.stop();
  }

  #follow(key: string): void {
    if (this.#isStopped) return;
    const { mirror, replica: own, places, agents } = this.#parts;
    if (key.startsWith(keys.replicas())) {
      const id = key.slice(keys.replicas().length);
      if (id !== own) this.#connect(id, mirror.world.entry<ReplicaRecord>(key)?.data);
    } else if (key.startsWith(keys.agents())) {
      const node = key.slice(keys.agents().length);
      const held = mirror.world.entry<AgentRecord>(key)?.data;
      const place = places.get(node);
      // Its replica may be unable to tell: a connection that is left over here must end all the same.
      if (held !== undefined && held.replica !== own && place?.replica === null && place.term < held.term)
        agents.superseded(node, held.replica);
    }
  }

  #connect(id: string, record: ReplicaRecord | undefined): void {
    const known = this.#connections.get(id);
    if (record === undefined) {
      known?.connection.letGo();
      if (known?.connection.isOpen === false) this.#connections.delete(id);
      return;
    }
    const isSame = known?.record.incarnation === record.incarnation && known.record.peerUrl === record.peerUrl;
    if (isSame) known.connection.want();
    if (isSame || record.peerUrl === null) return;
    known?.connection.stop();
    this.#remote.lost(id);
    const { replica, mirror, log, onLayout, credentials } = this.#parts;
    const url = record.peerUrl;
    const connection = new PeerConnection(
      url,
      id,
      { type: "hello", protocol: PEER_PROTOCOL, replica, storeId: mirror.storeId },
      {
        told: (frame) => (frame.type === "layout" ? onLayout(frame) : this.#remote.told(id, frame)),
        lost: () => {
          this.#remote.lost(id);
          if (mirror.world.entry(keys.replica(id)) === undefined) this.#connections.delete(id);
        },
      },
      log,
      () => credentials?.(url) ?? {},
    );
    this.#connections.set(id, { record, connection });
  }
}
