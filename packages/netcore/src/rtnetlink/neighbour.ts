import type { Message } from "../netlink/message-reader.js";
import type { MessageWriter } from "../netlink/message-writer.js";
import { NLM_F_CREATE, NLM_F_REPLACE } from "../netlink/protocol.js";
import type { Request } from "../netlink/request.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { ipFamily, ipToBytes, ipToText } from "./ip-address.js";
import { macToBytes, macToText } from "./mac-address.js";
import { AF_UNSPEC, RTM_DELNEIGH, RTM_GETNEIGH, RTM_NEWNEIGH } from "./message-types.js";

// include/uapi/linux/neighbour.h
const NDMSG_BYTES = 12;
const NDA_DST = 1;
const NDA_LLADDR = 2;
export const NUD_REACHABLE = 0x02;
export const NUD_STALE = 0x04;
export const NUD_PERMANENT = 0x80;

export interface NeighbourSpec {
  ifIndex: number;
  address: string;
  mac: string;
  /** NUD_*; absent = permanent. */
  state?: number;
}

export interface KernelNeighbour {
  ifIndex: number;
  address: string;
  mac: string | undefined;
  state: number;
}

export function replaceNeighbour(spec: NeighbourSpec): Request {
  return {
    op: "newneigh",
    type: RTM_NEWNEIGH,
    flags: NLM_F_CREATE | NLM_F_REPLACE,
    ifName: `#${spec.ifIndex}`,
    write(writer) {
      writeNeighbour(writer, spec.ifIndex, spec.address, spec.state ?? NUD_PERMANENT);
      writer.attrBytes(NDA_LLADDR, macToBytes(spec.mac));
    },
  };
}

/** Removes an entry; ENOENT when there is none. */
export function deleteNeighbour(ifIndex: number, address: string): Request {
  return {
    op: "delneigh",
    type: RTM_DELNEIGH,
    flags: 0,
    ifName: `#${ifIndex}`,
    write: (writer) => writeNeighbour(writer, ifIndex, address, 0),
  };
}

export function dumpNeighbours(socket: NetlinkSocket): KernelNeighbour[] {
  return socket.dump({
    op: "getneigh",
    type: RTM_GETNEIGH,
    write(writer) {
      writer.u8(AF_UNSPEC);
      writer.zero(NDMSG_BYTES - 1);
    },
    read: readNeighbour,
  });
}

/** Reads RTM_NEWNEIGH / RTM_DELNEIGH with an IP address; undefined for others. Throws NetlinkDecodeError. */
export function readNeighbour(message: Message): KernelNeighbour | undefined {
  if (message.type !== RTM_NEWNEIGH && message.type !== RTM_DELNEIGH) return undefined;
  let address: string | undefined;
  let mac: string | undefined;
  const attr = message.attributes(NDMSG_BYTES);
  while (attr.next()) {
    if (attr.type === NDA_DST) address = ipToText(attr.bytes());
    else if (attr.type === NDA_LLADDR && attr.size === 6) mac = macToText(attr.bytes());
  }
  if (address === undefined) return undefined;
  return { ifIndex: message.u32(4), address, mac, state: message.u16(8) };
}

// struct ndmsg: family, padding, ifindex, state, flags, type
function writeNeighbour(writer: MessageWriter, ifIndex: number, address: string, state: number): void {
  const bytes = ipToBytes(address);
  writer.u8(ipFamily(bytes));
  writer.zero(3);
  writer.u32(ifIndex);
  writer.u16(state);
  writer.u8(0);
  writer.u8(0);
  writer.attrBytes(NDA_DST, bytes);
}
