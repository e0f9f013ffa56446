import type { Message } from "../netlink/message-reader.js";
import type { MessageWriter } from "../netlink/message-writer.js";
import { NLM_F_CREATE, NLM_F_REPLACE } from "../netlink/protocol.js";
import type { Request } from "../netlink/request.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { ipToText, parsePrefix } from "./ip-address.js";
import { AF_INET, AF_UNSPEC, RTM_DELADDR, RTM_GETADDR, RTM_NEWADDR } from "./message-types.js";

// include/uapi/linux/if_addr.h
const IFADDRMSG_BYTES = 8;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_BROADCAST = 4;
const IFA_FLAGS = 8;
const IFA_PROTO = 11;
const IFA_F_NODAD = 0x02;

export interface AddressSpec {
  ifIndex: number;
  /** `10.0.0.1/24` or `fd00::1/64`. */
  address: string;
  /** Ownership mark (IFA_PROTO, Linux 5.18; older kernels ignore it), 1-255. */
  protocol?: number;
}

export interface KernelAddress {
  ifIndex: number;
  /** With prefix length, IPv6 in its short form. */
  address: string;
  family: number;
  flags: number;
  scope: number;
  /** Who set it, 0 = unmarked. */
  protocol: number;
}

/** Sets an address without duplicate detection, so that it serves at once; one that exists is refreshed. */
export function addAddress(spec: AddressSpec): Request {
  return {
    op: "newaddr",
    type: RTM_NEWADDR,
    flags: NLM_F_CREATE | NLM_F_REPLACE,
    ifName: `#${spec.ifIndex}`,
    write(writer) {
      writeAddress(writer, spec);
      writer.attrU32(IFA_FLAGS, IFA_F_NODAD);
      if (spec.protocol !== undefined) writer.attrU8(IFA_PROTO, spec.protocol);
    },
  };
}

/** Removes an address; EADDRNOTAVAIL when it is not there. */
export function deleteAddress(spec: AddressSpec): Request {
  return {
    op: "deladdr",
    type: RTM_DELADDR,
    flags: 0,
    ifName: `#${spec.ifIndex}`,
    write: (writer) => writeAddress(writer, spec, true),
  };
}

/** Every address of the namespace, both families. */
export function dumpAddresses(socket: NetlinkSocket): KernelAddress[] {
  return socket.dump({
    op: "getaddr",
    type: RTM_GETADDR,
    write(writer) {
      writer.u8(AF_UNSPEC);
      writer.zero(IFADDRMSG_BYTES - 1);
    },
    read: readAddress,
  });
}

/** Reads RTM_NEWADDR / RTM_DELADDR; undefined for other types. Throws NetlinkDecodeError. */
export function readAddress(message: Message): KernelAddress | undefined {
  if (message.type !== RTM_NEWADDR && message.type !== RTM_DELADDR) return undefined;
  const prefixLength = message.u8(1);
  let flags = message.u8(2);
  let local: string | undefined;
  let peer: string | undefined;
  let protocol = 0;
  const attr = message.attributes(IFADDRMSG_BYTES);
  while (attr.next()) {
    if (attr.type === IFA_LOCAL) local = ipToText(attr.bytes());
    else if (attr.type === IFA_ADDRESS) peer = ipToText(attr.bytes());
    else if (attr.type === IFA_FLAGS) flags = attr.u32();
    else if (attr.type === IFA_PROTO) protocol = attr.u8();
  }
  const ip = local ?? peer;
  if (ip === undefined) return undefined;
  return {
    ifIndex: message.u32(4),
    address: `${ip}/${prefixLength}`,
    family: message.u8(0),
    flags,
    scope: message.u8(3),
    protocol,
  };
}

function writeAddress(writer: MessageWriter, spec: AddressSpec, isDelete = false): void {
  const { family, bytes, prefixLength } = parsePrefix(spec.address);
  writer.u8(family);
  writer.u8(prefixLength);
  writer.u8(0);
  writer.u8(0);
  writer.u32(spec.ifIndex);
  writer.attrBytes(IFA_LOCAL, bytes);
  writer.attrBytes(IFA_ADDRESS, bytes);
  // A /31 (RFC 3021) and a /32 have no broadcast address.
  if (family === AF_INET && prefixLength < 31 && !isDelete)
    writer.attrBytes(IFA_BROADCAST, broadcast(bytes, prefixLength));
}

function broadcast(bytes: Uint8Array, prefixLength: number): Uint8Array {
  return bytes.map((byte, i) => byte | (0xff >> Math.min(8, Math.max(0, prefixLength - 8 * i))));
}
