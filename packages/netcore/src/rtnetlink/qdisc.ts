import type { AttributeReader } from "../netlink/attribute-reader.js";
import type { Message } from "../netlink/message-reader.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../netlink/protocol.js";
import type { Request } from "../netlink/request.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { RTM_DELQDISC, RTM_GETQDISC, RTM_NEWQDISC } from "./message-types.js";
import { NETEM_QOPT_BYTES, type Netem, readNetem } from "./netem.js";
import { readTbf, type Tbf } from "./tbf.js";
import { CLSACT_HANDLE, TC_H_CLSACT, TCA_KIND, TCA_OPTIONS, TCMSG_BYTES, writeTcmsg } from "./traffic-control.js";

export interface KernelQdisc {
  ifIndex: number;
  kind: string;
  handle: number;
  parent: number;
  /** Of the kinds that are looked into. */
  tbf?: Tbf;
  netem?: Netem;
}

/** Adds the classifier hooks at ingress and egress; EEXIST when they are there. */
export function addClsact(ifIndex: number): Request {
  return {
    op: "newqdisc",
    type: RTM_NEWQDISC,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    ifName: `#${ifIndex}`,
    write(writer) {
      writeTcmsg(writer, { ifIndex, handle: CLSACT_HANDLE, parent: TC_H_CLSACT, info: 0 });
      writer.attrString(TCA_KIND, "clsact");
    },
  };
}

/** Removes the hooks with every filter on them; ENOENT or EINVAL when there are none. */
export function deleteClsact(ifIndex: number): Request {
  return {
    op: "delqdisc",
    type: RTM_DELQDISC,
    flags: 0,
    ifName: `#${ifIndex}`,
    write: (writer) => writeTcmsg(writer, { ifIndex, handle: CLSACT_HANDLE, parent: TC_H_CLSACT, info: 0 }),
  };
}

export function dumpQdiscs(socket: NetlinkSocket): KernelQdisc[] {
  return socket.dump({
    op: "getqdisc",
    type: RTM_GETQDISC,
    write: (writer) => writeTcmsg(writer, { ifIndex: 0, handle: 0, parent: 0, info: 0 }),
    read: readQdisc,
  });
}

/** Reads RTM_NEWQDISC / RTM_DELQDISC; undefined for other types. Throws NetlinkDecodeError. */
export function readQdisc(message: Message): KernelQdisc | undefined {
  if (message.type !== RTM_NEWQDISC && message.type !== RTM_DELQDISC) return undefined;
  const qdisc: KernelQdisc = {
    ifIndex: message.s32(4),
    kind: "",
    handle: message.u32(8),
    parent: message.u32(12),
  };
  const attr = message.attributes(TCMSG_BYTES);
  while (attr.next()) {
    if (attr.type === TCA_KIND) qdisc.kind = attr.string();
    // The kind always comes first (tc_fill_qdisc in net/sched/sch_api.c).
    if (attr.type === TCA_OPTIONS) readOptions(qdisc, attr);
  }
  return qdisc;
}

function readOptions(qdisc: KernelQdisc, options: AttributeReader): void {
  if (qdisc.kind === "tbf") {
    const tbf = readTbf(options.nested());
    if (tbf !== undefined) qdisc.tbf = tbf;
  }
  if (qdisc.kind !== "netem" || options.size < NETEM_QOPT_BYTES) return;
  const qopt = { limitFrames: options.u32(4), gap: options.u32(12), duplicate: options.u32(16) };
  qdisc.netem = readNetem(qopt, options.nested(NETEM_QOPT_BYTES));
}
