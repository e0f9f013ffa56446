import type { MessageWriter } from "../netlink/message-writer.js";
import { IFF_UP } from "./link-attributes.js";
import { AF_UNSPEC } from "./message-types.js";

export const IFINFOMSG_BYTES = 16;

/** Names one interface of a request's namespace. An index is exact; a name may mean another device tomorrow. */
export type LinkRef = { ifIndex: number } | { ifName: string };

/** How a link is called in errors: its name, or `#index`. */
export function linkLabel(ref: LinkRef): string {
  return "ifName" in ref ? ref.ifName : `#${ref.ifIndex}`;
}

/** struct ifinfomsg. `isUp` undefined leaves the administrative state alone (ifi_change 0). */
export function writeIfinfomsg(writer: MessageWriter, ifIndex: number, isUp?: boolean, family = AF_UNSPEC): void {
  writer.u8(family);
  writer.zero(1);
  writer.u16(0);
  writer.u32(ifIndex);
  writer.u32(isUp === true ? IFF_UP : 0);
  writer.u32(isUp === undefined ? 0 : IFF_UP);
}
