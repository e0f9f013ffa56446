import { NetlinkDecodeError } from "../netlink/decode-error.js";
import { isNotFound } from "../netlink/error.js";
import type { Message } from "../netlink/message-reader.js";
import type { MessageWriter } from "../netlink/message-writer.js";
import type { Request } from "../netlink/request.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { type KernelLink, readLink } from "./kernel-link.js";
import * as A from "./link-attributes.js";
import { type LinkRef, linkLabel, writeIfinfomsg } from "./link-message.js";
import { macToBytes } from "./mac-address.js";
import { RTM_DELLINK, RTM_GETLINK, RTM_SETLINK } from "./message-types.js";

/** What `setLink` may change; absent stays as it is. */
export interface LinkChange {
  isUp?: boolean;
  mtuBytes?: number;
  mac?: string;
  ifName?: string;
  /** At most 255 bytes; "" removes it. */
  alias?: string;
  /** Index of the bridge to join, 0 to leave. */
  masterIndex?: number;
  group?: number;
  /** Frames that may wait for the device. */
  txQueueLength?: number;
}

export interface DumpLinksOptions {
  /** Leave out the counters: a third of the bytes. */
  withoutStats?: boolean;
  kind?: string;
  masterIndex?: number;
}

/** Every interface of the socket's namespace. */
export function dumpLinks(socket: NetlinkSocket, options: DumpLinksOptions = {}): KernelLink[] {
  return socket.dump({
    op: "getlink",
    type: RTM_GETLINK,
    write(writer) {
      writeIfinfomsg(writer, 0);
      if (options.withoutStats) writer.attrU32(A.IFLA_EXT_MASK, A.RTEXT_FILTER_SKIP_STATS);
      if (options.masterIndex !== undefined) writer.attrU32(A.IFLA_MASTER, options.masterIndex);
      if (options.kind !== undefined) {
        const info = writer.beginNest(A.IFLA_LINKINFO);
        writer.attrString(A.IFLA_INFO_KIND, options.kind);
        writer.endNest(info);
      }
    },
    read: readLink,
  });
}

/** One interface by index or name; answered ENODEV when there is none. */
export function getLink(ref: LinkRef): Request<KernelLink> {
  return {
    op: "getlink",
    type: RTM_GETLINK,
    flags: 0,
    ifName: linkLabel(ref),
    write: (writer) => writeRef(writer, ref),
    read: readOneLink,
  };
}

/** As `getLink`, sent at once; undefined when there is none. */
export function findLink(socket: NetlinkSocket, ref: LinkRef): KernelLink | undefined {
  try {
    return socket.request(getLink(ref));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Changes an interface in one request. To rename, give it by index. */
export function setLink(ref: LinkRef, change: LinkChange): Request {
  return {
    op: "setlink",
    type: RTM_SETLINK,
    flags: 0,
    ifName: linkLabel(ref),
    write(writer) {
      writeIfinfomsg(writer, "ifIndex" in ref ? ref.ifIndex : 0, change.isUp);
      if ("ifName" in ref) writer.attrString(A.IFLA_IFNAME, ref.ifName);
      else if (change.ifName !== undefined) writer.attrString(A.IFLA_IFNAME, change.ifName);
      if (change.mtuBytes !== undefined) writer.attrU32(A.IFLA_MTU, change.mtuBytes);
      if (change.mac !== undefined) writer.attrBytes(A.IFLA_ADDRESS, macToBytes(change.mac));
      if (change.alias !== undefined) writer.attrBytes(A.IFLA_IFALIAS, aliasBytes(change.alias));
      if (change.masterIndex !== undefined) writer.attrU32(A.IFLA_MASTER, change.masterIndex);
      if (change.group !== undefined) writer.attrU32(A.IFLA_GROUP, change.group);
      if (change.txQueueLength !== undefined) writer.attrU32(A.IFLA_TXQLEN, change.txQueueLength);
    },
  };
}

/** Deletes one interface; ENODEV when it is gone. Waits about 20 ms in the kernel: see `deleteLinks` for many. */
export function deleteLink(ref: LinkRef): Request {
  return {
    op: "dellink",
    type: RTM_DELLINK,
    flags: 0,
    ifName: linkLabel(ref),
    write: (writer) => writeRef(writer, ref),
  };
}

function writeRef(writer: MessageWriter, ref: LinkRef): void {
  if ("ifIndex" in ref) {
    writeIfinfomsg(writer, ref.ifIndex);
    return;
  }
  writeIfinfomsg(writer, 0);
  writer.attrString(A.IFLA_IFNAME, ref.ifName);
}

function readOneLink(message: Message): KernelLink {
  const link = readLink(message);
  if (link === undefined) throw new NetlinkDecodeError(`message ${message.type} where a link was expected`);
  return link;
}

// An empty attribute is how the kernel is told to forget an alias (dev_set_alias in net/core/dev.c).
function aliasBytes(alias: string): Uint8Array {
  return Buffer.from(alias);
}
