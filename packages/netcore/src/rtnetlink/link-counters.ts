import type { Message } from "../netlink/message-reader.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { type LinkStats, readStats } from "./kernel-link.js";
import { AF_UNSPEC } from "./message-types.js";

// include/uapi/linux/rtnetlink.h, if_link.h
const RTM_NEWSTATS = 92;
const RTM_GETSTATS = 94;
const IFLA_STATS_LINK_64 = 1;
const IF_STATS_MSG_BYTES = 12;

/**
 * The counters of every interface of the socket's namespace, by index, in one dump that carries nothing else: a
 * tenth of the bytes of a dump of links.
 */
export function dumpCounters(socket: NetlinkSocket): Map<number, LinkStats> {
  const entries = socket.dump({
    op: "getstats",
    type: RTM_GETSTATS,
    write(writer) {
      writer.u8(AF_UNSPEC);
      writer.zero(3);
      writer.u32(0);
      writer.u32(1 << (IFLA_STATS_LINK_64 - 1));
    },
    read: readCounters,
  });
  return new Map(entries);
}

function readCounters(message: Message): [number, LinkStats] | undefined {
  if (message.type !== RTM_NEWSTATS) return undefined;
  const attributes = message.attributes(IF_STATS_MSG_BYTES);
  while (attributes.next()) {
    if (attributes.type === IFLA_STATS_LINK_64) return [message.s32(4), readStats(attributes)];
  }
  return undefined;
}
