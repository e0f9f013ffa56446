import type { MessageWriter } from "../netlink/message-writer.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../netlink/protocol.js";
import type { Request } from "../netlink/request.js";
import * as A from "./link-attributes.js";
import { writeIfinfomsg } from "./link-message.js";
import { macToBytes } from "./mac-address.js";
import { RTM_NEWLINK } from "./message-types.js";

export interface VethHalf {
  ifName: string;
  /** Open descriptor of the namespace it is made in; absent = the socket's. */
  netnsFd?: number;
  mac?: string;
  mtuBytes?: number;
  /** An index to give it (EBUSY when taken); absent = the kernel chooses. The peer's counts only beside the first half's. */
  ifIndex?: number;
}

/** Only the first half can be made up: the peer is opened before it has a partner (ENOTCONN, veth_open in veth.c). */
export interface VethFirstHalf extends VethHalf {
  isUp?: boolean;
}

/**
 * Makes a veth pair with both halves directly in their namespaces: one request, nothing ever lies elsewhere.
 * Answered EEXIST when either name is taken. An alias is ignored at creation (rtnl_create_link): set it after.
 */
export function newVeth(half: VethFirstHalf, peer: VethHalf): Request {
  return {
    op: "newlink",
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    ifName: half.ifName,
    write(writer) {
      writeHalf(writer, half);
      const info = writer.beginNest(A.IFLA_LINKINFO);
      writer.attrString(A.IFLA_INFO_KIND, "veth");
      const data = writer.beginNest(A.IFLA_INFO_DATA);
      const other = writer.beginNest(A.VETH_INFO_PEER);
      writeHalf(writer, peer);
      writer.endNest(other);
      writer.endNest(data);
      writer.endNest(info);
    },
  };
}

function writeHalf(writer: MessageWriter, half: VethFirstHalf): void {
  writeIfinfomsg(writer, half.ifIndex ?? 0, half.isUp);
  writer.attrString(A.IFLA_IFNAME, half.ifName);
  if (half.netnsFd !== undefined) writer.attrU32(A.IFLA_NET_NS_FD, half.netnsFd);
  if (half.mac !== undefined) writer.attrBytes(A.IFLA_ADDRESS, macToBytes(half.mac));
  if (half.mtuBytes !== undefined) writer.attrU32(A.IFLA_MTU, half.mtuBytes);
}
