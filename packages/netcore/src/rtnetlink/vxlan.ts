import { NLM_F_CREATE, NLM_F_EXCL } from "../netlink/protocol.js";
import type { Request } from "../netlink/request.js";
import { ipToBytes } from "./ip-address.js";
import * as A from "./link-attributes.js";
import { writeIfinfomsg } from "./link-message.js";
import { macToBytes } from "./mac-address.js";
import { RTM_NEWLINK } from "./message-types.js";

export interface VxlanSpec {
  ifName: string;
  /** 24 bits. */
  vni: number;
  /** This node's tunnel address, IPv4 or IPv6. */
  local: string;
  /** The other node's, of the same family. */
  remote: string;
  /** UDP port, of both ends. */
  dstPort: number;
  ttl?: number;
  /** Index of the underlay interface in the socket's namespace. */
  parentIndex?: number;
  /** Open descriptor of the namespace the device appears in; its UDP socket stays in the netlink socket's. */
  netnsFd?: number;
  mac?: string;
  /** With a parent the kernel lowers it without a word to what fits: the parent's MTU less 50, over IPv6 less 70. */
  mtuBytes?: number;
  isUp?: boolean;
  ifIndex?: number;
}

/**
 * Makes a point-to-point VXLAN device without learning (RFC 7348). Send it from a socket in the underlay namespace.
 * Answered EEXIST when the name, or VNI with port, is taken.
 */
export function newVxlan(spec: VxlanSpec): Request {
  const local = ipToBytes(spec.local);
  const remote = ipToBytes(spec.remote);
  if (local.length !== remote.length) throw new TypeError(`tunnel ends of two families: ${spec.local}, ${spec.remote}`);
  const isIp6 = local.length === 16;
  return {
    op: "newlink",
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    ifName: spec.ifName,
    write(writer) {
      writeIfinfomsg(writer, spec.ifIndex ?? 0, spec.isUp);
      writer.attrString(A.IFLA_IFNAME, spec.ifName);
      if (spec.netnsFd !== undefined) writer.attrU32(A.IFLA_NET_NS_FD, spec.netnsFd);
      if (spec.mac !== undefined) writer.attrBytes(A.IFLA_ADDRESS, macToBytes(spec.mac));
      if (spec.mtuBytes !== undefined) writer.attrU32(A.IFLA_MTU, spec.mtuBytes);
      const info = writer.beginNest(A.IFLA_LINKINFO);
      writer.attrString(A.IFLA_INFO_KIND, "vxlan");
      const data = writer.beginNest(A.IFLA_INFO_DATA);
      writer.attrU32(A.IFLA_VXLAN_ID, spec.vni);
      writer.attrBytes(isIp6 ? A.IFLA_VXLAN_LOCAL6 : A.IFLA_VXLAN_LOCAL, local);
      writer.attrBytes(isIp6 ? A.IFLA_VXLAN_GROUP6 : A.IFLA_VXLAN_GROUP, remote);
      writer.attrU16be(A.IFLA_VXLAN_PORT, spec.dstPort);
      writer.attrU8(A.IFLA_VXLAN_LEARNING, 0);
      if (spec.ttl !== undefined) writer.attrU8(A.IFLA_VXLAN_TTL, spec.ttl);
      if (spec.parentIndex !== undefined) writer.attrU32(A.IFLA_VXLAN_LINK, spec.parentIndex);
      writer.endNest(data);
      writer.endNest(info);
    },
  };
}
