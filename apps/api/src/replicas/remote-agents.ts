import type { ApiToAgent, PeerToAgent, PeerToDialler } from "@ratchet/contracts";
import type { AgentsService } from "../agents/agents.service.js";
import type { EventLog } from "../events/event-log.js";
import type { Reconciler } from "../state/reconciler.js";
import type { Feed } from "../status/feed.js";
import type { StatusRegistry } from "../status/status-registry.js";
import type { AgentPlaces } from "./agent-places.js";

/** What a replica tells of its agents. */
export type AboutAgents = Exclude<PeerToDialler, { type: "welcome" | "layout" }>;

export interface RemoteAgentsParts {
  places: AgentPlaces;
  agents: AgentsService;
  registry: StatusRegistry;
  reconciler: Reconciler;
  feed: Feed;
  events: EventLog;
  /** Sends to another replica; false when it is not connected. */
  send: (replica: string, frame: PeerToAgent) => boolean;
}

/**
 * Agents that are connected to other replicas, as those tell of them: status, questions and telemetry as if they were
 * here. Only what they shall have, and what they have let go of, is between them and their own replica.
 */
export class RemoteAgents {
  readonly #parts: RemoteAgentsParts;

  constructor(parts: RemoteAgentsParts) {
    this.#parts = parts;
  }

  /** False: no other replica is known to have the node's agent, or it cannot be reached. */
  send(node: string, frame: ApiToAgent): boolean {
    const replica = this.#parts.places.get(node)?.replica;
    if (replica == null) return false;
    if (frame.type !== "request" && frame.type !== "cancel" && frame.type !== "telemetry") return false;
    return this.#parts.send(replica, { type: "toAgent", node, frame });
  }

  told(replica: string, frame: AboutAgents): void {
    const { places, agents, registry, feed, events } = this.#parts;
    if (frame.type === "event") {
      events.add(frame.event, "relayed");
    } else if (frame.type === "seen") {
      for (const [node, seenMs] of frame.nodes)
        if (places.get(node)?.replica === replica) registry.seen(node, Math.min(seenMs, Date.now()));
    } else if (frame.type === "joined") {
      this.#joined(replica, frame);
    } else if (frame.type === "left") {
      if (places.leave(frame.node, replica, frame.term)) this.#left(frame.node);
    } else if (places.isAt(frame.node, replica, frame.term)) {
      const { node, frame: said } = frame;
      if (said.type === "reply") agents.rpc.reply(node, said);
      else if (said.type === "telemetry") agents.telemetry.take(node, said, Date.now());
      else feed.reported(registry.report(node, said, Date.now()));
    }
  }

  /** A replica is not connected any more: nothing is known of its agents until they are somewhere else. */
  lost(replica: string): void {
    const { places, events } = this.#parts;
    for (const [node, term] of places.at(replica)) {
      if (!places.leave(node, replica, term)) continue;
      this.#left(node);
      const why = `replica ${replica}, to which the agent of node ${node} was connected, cannot be reached`;
      events.aboutNode(node, "NodeUnknown", "warning", why, "relayed");
    }
  }

  #joined(replica: string, { node, term, status }: PeerToDialler & { type: "joined" }): void {
    const { places, agents, registry, feed, reconciler } = this.#parts;
    if (!places.move(node, replica, term)) return;
    agents.superseded(node, replica);
    agents.rpc.left(node);
    registry.connect(node, Date.now());
    if (status !== null) feed.reported(registry.report(node, status, Date.now()));
    agents.telemetry.connected(node);
    feed.nodeChanged(node);
    reconciler.nodeCame();
  }

  #left(node: string): void {
    const { agents, registry, feed } = this.#parts;
    agents.rpc.left(node);
    agents.telemetry.left(node);
    registry.disconnect(node);
    feed.nodeChanged(node);
  }
}
