import { randomInt } from "node:crypto";
import { isNotFound } from "../netlink/error.js";
import type { Request } from "../netlink/request.js";
import type { NetlinkSocket, Result } from "../netlink/socket.js";
import { deleteLink, setLink } from "./link.js";
import * as A from "./link-attributes.js";
import { writeIfinfomsg } from "./link-message.js";
import { RTM_DELLINK } from "./message-types.js";

/**
 * Deletes interfaces of the socket's namespace together, on another thread; absent ones count as deleted.
 *
 * Each RTM_DELLINK waits for grace periods of its own, also within one datagram. A group is deleted in one
 * transaction that shares them (rtnl_group_dellink in rtnetlink.c): so the interfaces are first put into a group
 * whose number nobody else uses, and that group is deleted.
 */
export async function deleteLinks(socket: NetlinkSocket, ifIndexes: readonly number[]): Promise<Result<void>[]> {
  if (ifIndexes.length === 0) return [];
  const [first] = ifIndexes;
  if (ifIndexes.length === 1 && first !== undefined) {
    return (await socket.batchAsync([deleteLink({ ifIndex: first })])).map(absentIsSuccess);
  }
  const group = randomInt(0x1000_0000, 0x7fff_ffff);
  const marked = socket.batch(ifIndexes.map((ifIndex) => setLink({ ifIndex }, { group })));
  if (!marked.some((result) => result.ok)) return marked.map(absentIsSuccess);
  const [deleted] = await socket.batchAsync([deleteGroup(group)]);
  const outcome = absentIsSuccess(deleted!);
  return marked.map((result) => (result.ok ? outcome : absentIsSuccess(result)));
}

function deleteGroup(group: number): Request {
  return {
    op: "dellink",
    type: RTM_DELLINK,
    flags: 0,
    ifName: `group ${group}`,
    write(writer) {
      writeIfinfomsg(writer, 0);
      writer.attrU32(A.IFLA_GROUP, group);
    },
  };
}

function absentIsSuccess(result: Result): Result<void> {
  if (result.ok || isNotFound(result.error)) return { ok: true, value: undefined };
  return result;
}
