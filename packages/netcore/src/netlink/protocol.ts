/** The wire rules of netlink itself (include/uapi/linux/netlink.h, RFC 3549). All numbers in host byte order. */

export const NLMSG_HEADER_BYTES = 16;
export const ATTRIBUTE_HEADER_BYTES = 4;

export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const NLMSG_OVERRUN = 4;

export const NLM_F_REQUEST = 0x1;
export const NLM_F_MULTI = 0x2;
export const NLM_F_ACK = 0x4;
export const NLM_F_DUMP_INTR = 0x10;
/** Modifiers of a get request: NLM_F_ROOT | NLM_F_MATCH. */
export const NLM_F_DUMP = 0x300;
/** Modifiers of a new request. */
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;
/** Flags of an acknowledgement. */
export const NLM_F_CAPPED = 0x100;
export const NLM_F_ACK_TLVS = 0x200;

export const NLA_F_NESTED = 0x8000;
export const NLA_TYPE_MASK = 0x3fff;

export const NLMSGERR_ATTR_MSG = 1;
export const NLMSGERR_ATTR_OFFS = 2;

/** Lengths are padded to four bytes (NLMSG_ALIGN, NLA_ALIGN). */
export function align4(length: number): number {
  // Not by bit operators: a length beyond 2^31 that somebody claims would turn negative.
  return Math.ceil(length / 4) * 4;
}
