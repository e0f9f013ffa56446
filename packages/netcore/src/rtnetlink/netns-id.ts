import { isAlreadyExists } from "../netlink/error.js";
import type { Message } from "../netlink/message-reader.js";
import type { Request } from "../netlink/request.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { RTM_DELNSID, RTM_GETNSID, RTM_NEWNSID } from "./message-types.js";

// include/uapi/linux/net_namespace.h
const RTGENMSG_BYTES = 4;
const NETNSA_NSID = 1;
const NETNSA_FD = 3;
const NETNSA_NSID_NOT_ASSIGNED = -1;

/** The id that the socket's namespace has for the one behind `netnsFd`; undefined while it has none. */
export function getNetnsId(netnsFd: number): Request<number | undefined> {
  return {
    op: "getnsid",
    type: RTM_GETNSID,
    flags: 0,
    write(writer) {
      writer.zero(RTGENMSG_BYTES);
      writer.attrU32(NETNSA_FD, netnsFd);
    },
    read: readNetnsId,
  };
}

/** Gives the namespace an id, -1 = the kernel chooses. EEXIST when it has one. */
export function newNetnsId(netnsFd: number, id = -1): Request {
  return {
    op: "newnsid",
    type: RTM_NEWNSID,
    flags: 0,
    write(writer) {
      writer.zero(RTGENMSG_BYTES);
      writer.attrU32(NETNSA_FD, netnsFd);
      writer.attrS32(NETNSA_NSID, id);
    },
  };
}

/** The id of the namespace, assigned now if it had none; only namespaces with one are heard by a listener to all. */
export function ensureNetnsId(socket: NetlinkSocket, netnsFd: number): number {
  const present = socket.request(getNetnsId(netnsFd));
  if (present !== undefined) return present;
  try {
    socket.request(newNetnsId(netnsFd));
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  const assigned = socket.request(getNetnsId(netnsFd));
  if (assigned === undefined) throw new Error("the kernel assigned no namespace id");
  return assigned;
}

/** Reads RTM_NEWNSID / RTM_DELNSID; undefined for other types and for "none". Throws NetlinkDecodeError. */
export function readNetnsId(message: Message): number | undefined {
  if (message.type !== RTM_NEWNSID && message.type !== RTM_DELNSID) return undefined;
  let id: number | undefined;
  const attr = message.attributes(RTGENMSG_BYTES);
  while (attr.next()) if (attr.type === NETNSA_NSID) id = attr.s32();
  return id === NETNSA_NSID_NOT_ASSIGNED ? undefined : id;
}
