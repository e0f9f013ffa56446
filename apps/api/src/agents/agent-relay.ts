import type { AgentReply, AgentStatus, AgentTelemetry, ApiToAgent } from "@ratchet/contracts";

/** What other replicas have to do with this one's agents, and this one with theirs. */
export interface AgentRelay {
  /** The node's agent has connected here, for the `term`th time. */
  joined(node: string, term: number): void;
  said(node: string, term: number, frame: AgentStatus | AgentTelemetry): void;
  left(node: string, term: number): void;
  /** An agent's answer. False: no other replica has asked. */
  answered(node: string, term: number, reply: AgentReply): boolean;
  /** Sends to an agent at another replica. False: none is known to have it. */
  send(node: string, frame: ApiToAgent): boolean;
}

/** There is no other replica. */
export const NO_RELAY: AgentRelay = {
  joined() {},
  said() {},
  left() {},
  answered: () => false,
  send: () => false,
};
