import { randomUUID } from "node:crypto";
import type { Event } from "@ratchet/contracts";

const MAX_EVENTS = 1000;

/** `relayed`: other replicas know it, or noticed the same by themselves. */
export type EventOrigin = "own" | "relayed";

/** The last events of every namespace, in memory: a restart forgets them. */
export class EventLog {
  readonly #events: Event[] = [];
  readonly #listeners: ((event: Event, origin: EventOrigin) => void)[] = [];

  onEvent(listener: (event: Event, origin: EventOrigin) => void): void {
    this.#listeners.push(listener);
  }

  add(event: Event, origin: EventOrigin = "own"): void {
    this.#events.push(event);
    if (this.#events.length > MAX_EVENTS) this.#events.shift();
    for (const listener of this.#listeners) listener(event, origin);
  }

  /** Something the API itself noticed of a node. */
  aboutNode(
    node: string,
    reason: string,
    severity: Event["severity"],
    message: string,
    origin: EventOrigin = "own",
  ): void {
    const at = new Date().toISOString();
    const about = { kind: "Node", namespace: null, name: node };
    this.add({ kind: "Event", id: randomUUID(), at, severity, reason, message, about, node }, origin);
  }

  /** Newest first; those about no namespace belong to every one. */
  list(namespace: string, limit: number): Event[] {
    const found: Event[] = [];
    for (let index = this.#events.length - 1; index >= 0 && found.length < limit; index--) {
      const event = this.#events[index];
      if (event && (event.about.namespace === null || event.about.namespace === namespace)) found.push(event);
    }
    return found;
  }
}
