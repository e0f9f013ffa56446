import type { MessageWriter } from "../netlink/message-writer.js";

/** Numbers of traffic control messages (include/uapi/linux/pkt_sched.h, pkt_cls.h, rtnetlink.h). */
export const TCMSG_BYTES = 20;
export const TCA_KIND = 1;
export const TCA_OPTIONS = 2;

export const TC_H_ROOT = 0xffff_ffff;
export const TC_H_CLSACT = 0xffff_fff1;
export const CLSACT_HANDLE = 0xffff_0000;
export const TC_H_INGRESS = 0xffff_fff2;
export const TC_H_EGRESS = 0xffff_fff3;

export type Hook = "ingress" | "egress";

export interface Tcmsg {
  ifIndex: number;
  handle: number;
  parent: number;
  info: number;
}

/** struct tcmsg */
export function writeTcmsg(writer: MessageWriter, { ifIndex, handle, parent, info }: Tcmsg): void {
  writer.u8(0);
  writer.zero(3);
  writer.u32(ifIndex);
  writer.u32(handle);
  writer.u32(parent);
  writer.u32(info);
}
