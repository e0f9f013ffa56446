export { type Action, ActionError, type ActionResult, describeAction } from "./executor/action.js";
export { Executor } from "./executor/executor.js";
export { createNamedNetns, deleteNamedNetns } from "./ffi/named-netns.js";
export { type NetnsRef, withNetns } from "./ffi/netns.js";
export { NetlinkError } from "./netlink/error.js";
export { NetlinkSocket } from "./netlink/socket.js";
export { type KernelEvent, listenKernelEvents } from "./rtnetlink/kernel-events.js";
export type { KernelLink } from "./rtnetlink/kernel-link.js";
export { dumpLinks, findLink } from "./rtnetlink/link.js";
