import { isOneOf } from "../netlink/error.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { RTM_NEWQDISC } from "../rtnetlink/message-types.js";
import { TC_H_ROOT, TCA_KIND, writeTcmsg } from "../rtnetlink/traffic-control.js";

const NLM_F_CREATE_EXCL = 0x600;
const LOOPBACK_INDEX = 1;

/** Whether the kernel has netem. Asks for one without options: a kernel that has it answers EINVAL, others ENOENT. */
export function hasNetem(socket: NetlinkSocket): boolean {
  try {
    socket.request({
      op: "newqdisc",
      type: RTM_NEWQDISC,
      flags: NLM_F_CREATE_EXCL,
      write(writer) {
        writeTcmsg(writer, { ifIndex: LOOPBACK_INDEX, handle: 0, parent: TC_H_ROOT, info: 0 });
        writer.attrString(TCA_KIND, "netem");
      },
    });
    return true;
  } catch (error) {
    return isOneOf(error, ["EINVAL"]);
  }
}
