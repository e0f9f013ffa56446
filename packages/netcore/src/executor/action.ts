import type { LinkRef } from "../rtnetlink/link-message.js";
import type { KernelShaper } from "../rtnetlink/shaper.js";

/**
 * One change of the kernel as plain data, made by the planner and carried out by the Executor.
 *
 * `netns` is a path that setns(2) accepts. Interfaces are named by index, or by name when they are made in the same
 * run. Deleting what is absent succeeds; creating what exists fails with EEXIST (comparing is the planner's part);
 * setting is idempotent.
 */
export type Action =
  | CreateVeth
  | CreateVxlan
  | CreateBridge
  | DeleteLinks
  | SetLink
  | AddAddress
  | DeleteAddress
  | AddRoute
  | ReplaceRoute
  | DeleteRoute
  | Redirect
  | RemoveRedirect
  | SetShaper
  | RemoveShaper
  | SetSysctl
  | Announce;

/** One half of a veth, in the namespace it belongs to. */
export interface VethEnd {
  netns: string;
  ifName: string;
  mac?: string;
  mtuBytes?: number;
  alias?: string;
  isUp?: boolean;
}

/** Makes a veth pair, `end` in the panel and `peer` in a pod. Result: the index of `end`. */
export interface CreateVeth {
  op: "createVeth";
  end: VethEnd;
  peer: VethEnd;
}

/** Makes a tunnel device in `panel` whose UDP socket lies in `netns`. Result: its index in the panel. */
export interface CreateVxlan {
  op: "createVxlan";
  netns: string;
  panel: string;
  ifName: string;
  vni: number;
  local: string;
  remote: string;
  dstPort: number;
  ttl?: number;
  /** Underlay interface in `netns`. */
  parent?: LinkRef;
  mac?: string;
  mtuBytes?: number;
  alias?: string;
  isUp?: boolean;
}

export interface CreateBridge {
  op: "createBridge";
  netns: string;
  ifName: string;
  mac?: string;
  mtuBytes?: number;
  alias?: string;
  isUp?: boolean;
}

/** Deletes together: many in one action cost hardly more than one. */
export interface DeleteLinks {
  op: "deleteLinks";
  netns: string;
  links: LinkRef[];
}

export interface SetLink {
  op: "setLink";
  netns: string;
  link: LinkRef;
  isUp?: boolean;
  mtuBytes?: number;
  mac?: string;
  alias?: string;
  /** New name. */
  ifName?: string;
  /** Bridge to join; null to leave. */
  master?: LinkRef | null;
}

/** Sets an address without duplicate detection. */
export interface AddAddress {
  op: "addAddress";
  netns: string;
  link: LinkRef;
  /** With prefix length. */
  address: string;
  /** Ownership mark, 1-255. */
  protocol?: number;
}

export interface DeleteAddress {
  op: "deleteAddress";
  netns: string;
  link: LinkRef;
  address: string;
}

interface RouteChange {
  netns: string;
  link?: LinkRef;
  /** Prefix, or `default`. */
  to: string;
  via?: string;
  /** Ownership mark, 1-255. */
  protocol?: number;
  metric?: number;
  isOnLink?: boolean;
  source?: string;
}

/** Fails with EEXIST where a route of the same prefix and metric is, so that nobody else's is overwritten. */
export interface AddRoute extends RouteChange {
  op: "addRoute";
}

export interface ReplaceRoute extends RouteChange {
  op: "replaceRoute";
}

export interface DeleteRoute {
  op: "deleteRoute";
  netns: string;
  link?: LinkRef;
  to: string;
  via?: string;
  protocol?: number;
  metric?: number;
}

/** One direction of a cross-connect: frames that arrive at `from` leave through `to`. Replaces in one step. */
export interface Redirect {
  op: "redirect";
  netns: string;
  from: LinkRef;
  to: LinkRef;
}

export interface RemoveRedirect {
  op: "removeRedirect";
  netns: string;
  from: LinkRef;
}

/** Impairs what leaves through an interface, or changes how. */
export interface SetShaper {
  op: "setShaper";
  netns: string;
  link: LinkRef;
  shaper: KernelShaper;
  /** Quantiles of the jitter's spread, as netem takes them. */
  jitterTable: Int16Array;
}

export interface RemoveShaper {
  op: "removeShaper";
  netns: string;
  link: LinkRef;
}

/** Writes one of the namespace's own settings. */
export interface SetSysctl {
  op: "setSysctl";
  netns: string;
  /** As sysctl(8) takes it, below `net`: `net.ipv4.ip_forward`, or with slashes where an interface has a dot. */
  name: string;
  value: string;
}

/**
 * Tells the neighbours behind a panel interface that `addresses` now live at `mac`: gratuitous ARP for IPv4,
 * unsolicited neighbour advertisement for IPv6.
 */
export interface Announce {
  op: "announce";
  netns: string;
  link: LinkRef;
  mac: string;
  /** Without prefix length. */
  addresses: string[];
}

/** What became of one action. `ifIndex` is there when an interface was made whose index is known. */
export type ActionResult =
  | { action: Action; ok: true; ifIndex?: number }
  | { action: Action; ok: false; error: ActionError };

/** An action that failed: the first of its requests that did, as `cause`. */
export class ActionError extends Error {
  override readonly name = "ActionError";

  constructor(
    readonly action: Action,
    override readonly cause: Error,
  ) {
    super(`${describeAction(action)}: ${cause.message}`);
  }
}

/** An action in a few words, for logs and status: `redirect #5 to #6 in /run/netns/panel`. */
export function describeAction(action: Action): string {
  switch (action.op) {
    case "createVeth":
      return `createVeth ${action.end.ifName} in ${action.end.netns} to ${action.peer.ifName} in ${action.peer.netns}`;
    case "createVxlan":
      return `createVxlan ${action.ifName} vni ${action.vni} to ${action.remote} in ${action.panel}`;
    case "createBridge":
      return `createBridge ${action.ifName} in ${action.netns}`;
    case "deleteLinks":
      return `deleteLinks ${action.links.map(refText).join(" ")} in ${action.netns}`;
    case "setLink":
      return `setLink ${refText(action.link)} in ${action.netns}`;
    case "addAddress":
    case "deleteAddress":
      return `${action.op} ${action.address} on ${refText(action.link)} in ${action.netns}`;
    case "addRoute":
    case "replaceRoute":
    case "deleteRoute":
      return `${action.op} ${action.to}${action.via === undefined ? "" : ` via ${action.via}`} in ${action.netns}`;
    case "redirect":
      return `redirect ${refText(action.from)} to ${refText(action.to)} in ${action.netns}`;
    case "removeRedirect":
      return `removeRedirect ${refText(action.from)} in ${action.netns}`;
    case "setShaper":
    case "removeShaper":
      return `${action.op} on ${refText(action.link)} in ${action.netns}`;
    case "setSysctl":
      return `setSysctl ${action.name}=${action.value} in ${action.netns}`;
    case "announce":
      return `announce ${action.addresses.join(" ")} at ${action.mac} on ${refText(action.link)} in ${action.netns}`;
  }
}

function refText(ref: LinkRef): string {
  return "ifName" in ref ? ref.ifName : `#${ref.ifIndex}`;
}
