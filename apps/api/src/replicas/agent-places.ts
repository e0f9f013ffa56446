/** A node's newest connection that is known here. `replica` null: this one. */
export interface AgentPlace {
  replica: string | null;
  term: number;
  isConnected: boolean;
}

/**
 * Which replica each node's agent is connected to, by term: an agent that goes from one replica to another is told of
 * by both, in any order.
 */
export class AgentPlaces {
  readonly #places = new Map<string, AgentPlace>();

  /** The agent has connected here. Answers its term: above every other that is known, also to other replicas' clocks. */
  take(node: string, nowMs: number): number {
    const term = Math.max(nowMs, (this.#places.get(node)?.term ?? 0) + 1);
    this.#places.set(node, { replica: null, term, isConnected: true });
    return term;
  }

  /** Another replica says that it has the agent. Answers false when a newer connection is known. */
  move(node: string, replica: string, term: number): boolean {
    const known = this.#places.get(node);
    if (known?.isConnected && known.term > term) return false;
    this.#places.set(node, { replica, term, isConnected: true });
    return true;
  }

  /** The connection has ended. Answers false when it was not the newest. */
  leave(node: string, replica: string | null, term: number): boolean {
    if (!this.isAt(node, replica, term)) return false;
    this.#places.set(node, { replica, term, isConnected: false });
    return true;
  }

  isAt(node: string, replica: string | null, term: number): boolean {
    const known = this.#places.get(node);
    return known?.isConnected === true && known.replica === replica && known.term === term;
  }

  /** Its newest connection is, or was the last, here. */
  wasLastHere(node: string): boolean {
    return this.#places.get(node)?.replica === null;
  }

  /** Undefined: no replica is known to have it. */
  get(node: string): AgentPlace | undefined {
    const known = this.#places.get(node);
    return known?.isConnected ? known : undefined;
  }

  /** Nodes whose agents are connected to that replica, with their terms. */
  at(replica: string | null): [node: string, term: number][] {
    return [...this.#places].flatMap(([node, place]) =>
      place.isConnected && place.replica === replica ? [[node, place.term] as [string, number]] : [],
    );
  }
}
