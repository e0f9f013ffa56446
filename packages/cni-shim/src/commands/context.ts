import type { Agent } from "../agent.js";
import type { NodeConfig } from "../config/node-config.js";
import type { Deadline } from "../host/deadline.js";
import type { Host } from "../host/host.js";

/** What each command works with. */
export interface Context {
  readonly host: Host;
  readonly config: NodeConfig;
  readonly agent: Agent;
  readonly deadline: Deadline;
}
