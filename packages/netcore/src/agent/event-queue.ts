import { randomUUID } from "node:crypto";
import type { AgentEvent } from "@ratchet/contracts";
import type { Log } from "./log.js";
import type { About } from "./works.js";

const EVENTS_KEPT = 200;

/** What somebody should hear of; kept, as far as there is room, while nobody listens. */
export class EventQueue {
  private readonly waiting: AgentEvent[] = [];

  constructor(
    private readonly api: { isReady(): boolean; send(event: AgentEvent): void },
    private readonly log: Log,
  ) {}

  tell(
    about: About | { kind: "Node"; namespace: null; name: string },
    severity: "info" | "warning",
    reason: string,
    message: string,
  ): void {
    this.log(severity === "warning" ? "warn" : "info", message, { about, reason });
    const event: AgentEvent = {
      type: "event",
      event: { kind: "Event", id: randomUUID(), at: new Date().toISOString(), severity, reason, message, about },
    };
    if (this.api.isReady()) this.api.send(event);
    else if (this.waiting.push(event) > EVENTS_KEPT) this.waiting.shift();
  }

  /** Sends what has waited. */
  flush(): void {
    for (const event of this.waiting.splice(0)) this.api.send(event);
  }
}
