export type { AgentConfig } from "./agent/config.js";
export type { Action, ActionResult } from "./executor/action.js";
export { ActionError, describeAction } from "./executor/action.js";
export { Executor, type ExecutorOptions } from "./executor/executor.js";
export { createNamedNetns, deleteNamedNetns, namedNetnsPath } from "./ffi/named-netns.js";
export { OWN_NETNS, withNetns } from "./ffi/netns.js";
