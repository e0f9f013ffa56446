import type { AttributeReader } from "../netlink/attribute-reader.js";
import type { Message } from "../netlink/message-reader.js";
import { ipToText } from "./ip-address.js";
import * as A from "./link-attributes.js";
import { IFINFOMSG_BYTES } from "./link-message.js";
import { macToText } from "./mac-address.js";
import { RTM_DELLINK, RTM_NEWLINK } from "./message-types.js";

/** RFC 2863 operational states as the kernel numbers them (IF_OPER_* in include/uapi/linux/if.h). */
const OPER_STATES = ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"] as const;
export type OperState = (typeof OPER_STATES)[number];

export interface LinkStats {
  rxPackets: number;
  txPackets: number;
  rxBytes: number;
  txBytes: number;
  rxErrors: number;
  txErrors: number;
  rxDropped: number;
  txDropped: number;
}

export interface VxlanInfo {
  vni: number;
  local: string | undefined;
  remote: string | undefined;
  /** UDP port the peer listens on. */
  dstPort: number;
  isLearning: boolean;
  /** Index of the parent interface in the namespace of the socket; 0 = none. */
  parentIndex: number;
}

/** An interface as the kernel reports it. */
export interface KernelLink {
  ifIndex: number;
  ifName: string;
  alias: string | undefined;
  /** Driver kind: veth, vxlan, bridge, ...; undefined for loopback and hardware. */
  kind: string | undefined;
  mtuBytes: number;
  mac: string | undefined;
  /** IFF_* bits (netdevice(7)). */
  flags: number;
  isUp: boolean;
  operState: OperState;
  hasCarrier: boolean;
  carrierChanges: number;
  /** Index of the veth peer or parent, in the namespace `linkNetnsId` (undefined: the same namespace). */
  peerIndex: number | undefined;
  linkNetnsId: number | undefined;
  /** Namespace id the answer was asked for with, or events carry when the link moved (IFLA_TARGET_NETNSID, IFLA_NEW_NETNSID). */
  targetNetnsId: number | undefined;
  newNetnsId: number | undefined;
  masterIndex: number | undefined;
  txQueueLength: number;
  group: number;
  stats: LinkStats | undefined;
  vxlan: VxlanInfo | undefined;
}

/** Reads RTM_NEWLINK / RTM_DELLINK; undefined for other types. Throws NetlinkDecodeError. */
export function readLink(message: Message): KernelLink | undefined {
  if (message.type !== RTM_NEWLINK && message.type !== RTM_DELLINK) return undefined;
  const flags = message.u32(8);
  const link: KernelLink = {
    ifIndex: message.s32(4),
    ifName: "",
    alias: undefined,
    kind: undefined,
    mtuBytes: 0,
    mac: undefined,
    flags,
    isUp: (flags & A.IFF_UP) !== 0,
    operState: "unknown",
    hasCarrier: false,
    carrierChanges: 0,
    peerIndex: undefined,
    linkNetnsId: undefined,
    targetNetnsId: undefined,
    newNetnsId: undefined,
    masterIndex: undefined,
    txQueueLength: 0,
    group: 0,
    stats: undefined,
    vxlan: undefined,
  };
  const attributes = message.attributes(IFINFOMSG_BYTES);
  while (attributes.next()) readAttribute(link, attributes);
  return link;
}

function readAttribute(link: KernelLink, attr: AttributeReader): void {
  switch (attr.type) {
    case A.IFLA_IFNAME:
      link.ifName = attr.string();
      break;
    case A.IFLA_IFALIAS:
      link.alias = attr.string();
      break;
    case A.IFLA_MTU:
      link.mtuBytes = attr.u32();
      break;
    case A.IFLA_ADDRESS:
      if (attr.size === 6) link.mac = macToText(attr.bytes());
      break;
    case A.IFLA_OPERSTATE:
      link.operState = OPER_STATES[attr.u8()] ?? "unknown";
      break;
    case A.IFLA_CARRIER:
      link.hasCarrier = attr.u8() !== 0;
      break;
    case A.IFLA_CARRIER_CHANGES:
      link.carrierChanges = attr.u32();
      break;
    case A.IFLA_LINK:
      link.peerIndex = attr.u32();
      break;
    case A.IFLA_LINK_NETNSID:
      link.linkNetnsId = attr.s32();
      break;
    case A.IFLA_TARGET_NETNSID:
      link.targetNetnsId = attr.s32();
      break;
    case A.IFLA_NEW_NETNSID:
      link.newNetnsId = attr.s32();
      break;
    case A.IFLA_MASTER:
      link.masterIndex = attr.u32();
      break;
    case A.IFLA_TXQLEN:
      link.txQueueLength = attr.u32();
      break;
    case A.IFLA_GROUP:
      link.group = attr.u32();
      break;
    case A.IFLA_STATS64:
      link.stats = readStats(attr);
      break;
    case A.IFLA_LINKINFO:
      readLinkInfo(link, attr.nested());
      break;
  }
}

function readLinkInfo(link: KernelLink, info: AttributeReader): void {
  while (info.next()) {
    if (info.type === A.IFLA_INFO_KIND) link.kind = info.string();
    // The kind always comes first (rtnl_link_info_fill in rtnetlink.c).
    if (info.type === A.IFLA_INFO_DATA && link.kind === "vxlan") link.vxlan = readVxlan(info.nested());
  }
}

/** Reads struct rtnl_link_stats64. */
export function readStats(attr: AttributeReader): LinkStats {
  return {
    rxPackets: attr.u64(0),
    txPackets: attr.u64(8),
    rxBytes: attr.u64(16),
    txBytes: attr.u64(24),
    rxErrors: attr.u64(32),
    txErrors: attr.u64(40),
    rxDropped: attr.u64(48),
    txDropped: attr.u64(56),
  };
}

function readVxlan(data: AttributeReader): VxlanInfo {
  const vxlan: VxlanInfo = {
    vni: 0,
    local: undefined,
    remote: undefined,
    dstPort: 0,
    isLearning: false,
    parentIndex: 0,
  };
  while (data.next()) {
    switch (data.type) {
      case A.IFLA_VXLAN_ID:
        vxlan.vni = data.u32();
        break;
      case A.IFLA_VXLAN_GROUP:
      case A.IFLA_VXLAN_GROUP6:
        vxlan.remote = ipToText(data.bytes());
        break;
      case A.IFLA_VXLAN_LOCAL:
      case A.IFLA_VXLAN_LOCAL6:
        vxlan.local = ipToText(data.bytes());
        break;
      case A.IFLA_VXLAN_PORT:
        vxlan.dstPort = data.u16be();
        break;
      case A.IFLA_VXLAN_LEARNING:
        vxlan.isLearning = data.u8() !== 0;
        break;
      case A.IFLA_VXLAN_LINK:
        vxlan.parentIndex = data.u32();
        break;
    }
  }
  return vxlan;
}
