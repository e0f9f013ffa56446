import type { Message } from "../netlink/message-reader.js";
import type { MessageWriter } from "../netlink/message-writer.js";
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../netlink/protocol.js";
import type { Request } from "../netlink/request.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { ipToBytes, ipToText, parsePrefix } from "./ip-address.js";
import { AF_INET, AF_INET6, AF_UNSPEC, RTM_DELROUTE, RTM_GETROUTE, RTM_NEWROUTE } from "./message-types.js";

// include/uapi/linux/rtnetlink.h
const RTMSG_BYTES = 12;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_PREFSRC = 7;
const RTA_TABLE = 15;
const RTN_UNICAST = 1;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
const RT_SCOPE_NOWHERE = 255;
const RT_TABLE_MAIN = 254;
const RTM_F_CLONED = 0x200;
const RTNH_F_ONLINK = 4;

export interface RouteSpec {
  /** `10.0.0.0/24`, `fd00::/64`, `default` (family taken from `via`, else IPv4), or an address. */
  to: string;
  /** Next hop; absent = directly on the interface. */
  via?: string;
  ifIndex?: number;
  /** Ownership mark (rtm_protocol), 1-255. */
  protocol?: number;
  metric?: number;
  /** Take the next hop to be on the link although no address says so. */
  isOnLink?: boolean;
  /** Preferred source address. */
  source?: string;
}

export interface KernelRoute {
  family: number;
  /** Prefix, or `default`. */
  to: string;
  via: string | undefined;
  ifIndex: number | undefined;
  protocol: number;
  metric: number;
  table: number;
  /** RTN_*: 1 unicast, 2 local, 3 broadcast, ... */
  routeType: number;
  scope: number;
  source: string | undefined;
}

/** Adds a route to table main or puts it in the place of the one with the same prefix and metric. */
export function replaceRoute(spec: RouteSpec): Request {
  return {
    op: "newroute",
    type: RTM_NEWROUTE,
    flags: NLM_F_CREATE | NLM_F_REPLACE,
    ifName: spec.ifIndex === undefined ? undefined : `#${spec.ifIndex}`,
    write: (writer) => writeRoute(writer, spec, spec.via === undefined ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE),
  };
}

/** Adds a route to table main; EEXIST when one with the same prefix and metric is there, whoever set it. */
export function addRoute(spec: RouteSpec): Request {
  return { ...replaceRoute(spec), flags: NLM_F_CREATE | NLM_F_EXCL };
}

/** Removes the route that matches everything given; ESRCH when there is none. */
export function deleteRoute(spec: RouteSpec): Request {
  return {
    op: "delroute",
    type: RTM_DELROUTE,
    flags: 0,
    ifName: spec.ifIndex === undefined ? undefined : `#${spec.ifIndex}`,
    write: (writer) => writeRoute(writer, spec, RT_SCOPE_NOWHERE),
  };
}

/** Routes of table main, both families, without the IPv6 cache. */
export function dumpRoutes(socket: NetlinkSocket): KernelRoute[] {
  return socket
    .dump({
      op: "getroute",
      type: RTM_GETROUTE,
      write(writer) {
        writer.u8(AF_UNSPEC);
        writer.zero(RTMSG_BYTES - 1);
      },
      read: readRoute,
    })
    .filter((route) => route.table === RT_TABLE_MAIN);
}

/** Reads RTM_NEWROUTE / RTM_DELROUTE; undefined for other types, families and cached clones. Throws NetlinkDecodeError. */
export function readRoute(message: Message): KernelRoute | undefined {
  if (message.type !== RTM_NEWROUTE && message.type !== RTM_DELROUTE) return undefined;
  const family = message.u8(0);
  if ((family !== AF_INET && family !== AF_INET6) || (message.u32(8) & RTM_F_CLONED) !== 0) return undefined;
  const prefixLength = message.u8(1);
  const route: KernelRoute = {
    family,
    to: prefixLength === 0 ? "default" : "",
    via: undefined,
    ifIndex: undefined,
    protocol: message.u8(5),
    metric: 0,
    table: message.u8(4),
    routeType: message.u8(7),
    scope: message.u8(6),
    source: undefined,
  };
  const attr = message.attributes(RTMSG_BYTES);
  while (attr.next()) {
    switch (attr.type) {
      case RTA_DST:
        route.to = prefixLength === 0 ? "default" : `${ipToText(attr.bytes())}/${prefixLength}`;
        break;
      case RTA_GATEWAY:
        route.via = ipToText(attr.bytes());
        break;
      case RTA_OIF:
        route.ifIndex = attr.u32();
        break;
      case RTA_PRIORITY:
        route.metric = attr.u32();
        break;
      case RTA_TABLE:
        route.table = attr.u32();
        break;
      case RTA_PREFSRC:
        route.source = ipToText(attr.bytes());
        break;
    }
  }
  return route;
}

function writeRoute(writer: MessageWriter, spec: RouteSpec, scope: number): void {
  const via = spec.via === undefined ? undefined : ipToBytes(spec.via);
  const zero = via?.length === 16 ? "::/0" : "0.0.0.0/0";
  const { family, bytes, prefixLength } = parsePrefix(spec.to === "default" ? zero : spec.to);
  writer.u8(family);
  writer.u8(prefixLength);
  writer.u8(0);
  writer.u8(0);
  writer.u8(RT_TABLE_MAIN);
  writer.u8(spec.protocol ?? 0);
  writer.u8(family === AF_INET ? scope : RT_SCOPE_UNIVERSE);
  writer.u8(scope === RT_SCOPE_NOWHERE ? 0 : RTN_UNICAST);
  writer.u32(spec.isOnLink ? RTNH_F_ONLINK : 0);
  if (prefixLength > 0) writer.attrBytes(RTA_DST, bytes);
  if (via !== undefined) writer.attrBytes(RTA_GATEWAY, via);
  if (spec.ifIndex !== undefined) writer.attrU32(RTA_OIF, spec.ifIndex);
  if (spec.metric !== undefined) writer.attrU32(RTA_PRIORITY, spec.metric);
  if (spec.source !== undefined) writer.attrBytes(RTA_PREFSRC, ipToBytes(spec.source));
}
