import { NLM_F_CREATE, NLM_F_EXCL } from "../netlink/protocol.js";
import type { Request } from "../netlink/request.js";
import * as A from "./link-attributes.js";
import { writeIfinfomsg } from "./link-message.js";
import { macToBytes } from "./mac-address.js";
import { RTM_NEWLINK } from "./message-types.js";

export interface BridgeSpec {
  ifName: string;
  mac?: string;
  mtuBytes?: number;
  isUp?: boolean;
  ifIndex?: number;
  /** Bits of the link-local groups 01:80:c2:00:00:0X to forward; the kernel refuses 0-2 (STP, pause, LACP). */
  groupForwardMask?: number;
}

/** Makes a bridge without spanning tree and without multicast snooping, which would withhold groups nobody queried. */
export function newBridge(spec: BridgeSpec): Request {
  return {
    op: "newlink",
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    ifName: spec.ifName,
    write(writer) {
      writeIfinfomsg(writer, spec.ifIndex ?? 0, spec.isUp);
      writer.attrString(A.IFLA_IFNAME, spec.ifName);
      if (spec.mac !== undefined) writer.attrBytes(A.IFLA_ADDRESS, macToBytes(spec.mac));
      if (spec.mtuBytes !== undefined) writer.attrU32(A.IFLA_MTU, spec.mtuBytes);
      const info = writer.beginNest(A.IFLA_LINKINFO);
      writer.attrString(A.IFLA_INFO_KIND, "bridge");
      const data = writer.beginNest(A.IFLA_INFO_DATA);
      writer.attrU32(A.IFLA_BR_STP_STATE, 0);
      if (spec.groupForwardMask !== undefined) writer.attrU16(A.IFLA_BR_GROUP_FWD_MASK, spec.groupForwardMask);
      writer.attrU8(A.IFLA_BR_MCAST_SNOOPING, 0);
      writer.endNest(data);
      writer.endNest(info);
    },
  };
}
