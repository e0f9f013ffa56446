import type { AttributeReader } from "../netlink/attribute-reader.js";
import { NetlinkDecodeError } from "../netlink/decode-error.js";
import type { Message } from "../netlink/message-reader.js";
import type { MessageWriter } from "../netlink/message-writer.js";
import { NLM_F_CREATE } from "../netlink/protocol.js";
import type { Request } from "../netlink/request.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { RTM_DELTFILTER, RTM_GETTFILTER, RTM_NEWTFILTER } from "./message-types.js";
import {
  type Hook,
  TC_H_EGRESS,
  TC_H_INGRESS,
  TCA_KIND,
  TCA_OPTIONS,
  TCMSG_BYTES,
  writeTcmsg,
} from "./traffic-control.js";

// include/uapi/linux/if_ether.h, as the kernel wants it in tcm_info: network byte order
const ETH_P_ALL_BE = 0x0300;
const PRIORITY = 1;
// u32: first hash table, first entry of it ("800::800" in tc's words)
const HANDLE = 0x8000_0800;
// include/uapi/linux/pkt_cls.h
const TCA_U32_SEL = 5;
const TCA_U32_ACT = 7;
const TC_U32_TERMINAL = 1;
const TCA_ACT_KIND = 1;
const TCA_ACT_OPTIONS = 2;
// include/uapi/linux/tc_act/tc_mirred.h
const TCA_MIRRED_PARMS = 2;
const TCA_EGRESS_REDIR = 1;
const TC_ACT_STOLEN = 4;

/**
 * One direction of a cross-connect: every frame that arrives at `from`'s hook leaves through `to`.
 * A filter with fixed priority and handle, so that setting it again replaces it in one step.
 */
export interface RedirectSpec {
  from: number;
  to: number;
  hook?: Hook;
}

/** A cross-connect as the kernel has it. `to` is "*" when the target device has vanished: frames are swallowed then. */
export interface KernelRedirect {
  from: number;
  to: number | "*";
  hook: Hook;
}

/** Makes or replaces the redirect. `addClsact` must have come before. */
export function setRedirect(spec: RedirectSpec): Request {
  return {
    op: "newtfilter",
    type: RTM_NEWTFILTER,
    flags: NLM_F_CREATE,
    ifName: `#${spec.from}`,
    write(writer) {
      writeFilterHeader(writer, spec.from, spec.hook);
      writer.attrString(TCA_KIND, "u32");
      const options = writer.beginNest(TCA_OPTIONS);
      writer.attrBytes(TCA_U32_SEL, MATCH_ALL);
      const actions = writer.beginNest(TCA_U32_ACT);
      const first = writer.beginNest(1);
      writer.attrString(TCA_ACT_KIND, "mirred");
      const action = writer.beginNest(TCA_ACT_OPTIONS);
      writer.attrBytes(TCA_MIRRED_PARMS, mirredParms(spec.to));
      writer.endNest(action);
      writer.endNest(first);
      writer.endNest(actions);
      writer.endNest(options);
    },
  };
}

/** Removes the redirect; ENOENT, EINVAL (no clsact) or ENODEV when it is not there. */
export function deleteRedirect(from: number, hook?: Hook): Request {
  return {
    op: "deltfilter",
    type: RTM_DELTFILTER,
    flags: 0,
    ifName: `#${from}`,
    write(writer) {
      writeFilterHeader(writer, from, hook, 0);
      writer.attrString(TCA_KIND, "u32");
    },
  };
}

/** Reads one redirect; ENOENT, EINVAL or ENODEV when it is not there. */
export function getRedirect(from: number, hook?: Hook): Request<KernelRedirect | undefined> {
  return {
    op: "gettfilter",
    type: RTM_GETTFILTER,
    flags: 0,
    ifName: `#${from}`,
    write(writer) {
      writeFilterHeader(writer, from, hook);
      writer.attrString(TCA_KIND, "u32");
    },
    read: readRedirect,
  };
}

/**
 * The redirects at the ingress hooks of the given interfaces; those without one are left out.
 *
 * The kernel dumps filters per device only, and one dump at a time per socket; but single gets can travel many in
 * one datagram, which makes this one exchange for a whole namespace.
 */
export function readRedirects(socket: NetlinkSocket, ifIndexes: readonly number[]): KernelRedirect[] {
  return socket
    .batch(ifIndexes.map((ifIndex) => getRedirect(ifIndex)))
    .flatMap((result) => (result.ok && result.value !== undefined ? [result.value as KernelRedirect] : []));
}

/** Reads a filter message that is one of our redirects; undefined for others. Throws NetlinkDecodeError. */
export function readRedirect(message: Message): KernelRedirect | undefined {
  if (message.type !== RTM_NEWTFILTER && message.type !== RTM_DELTFILTER) return undefined;
  const parent = message.u32(12);
  if (parent !== TC_H_INGRESS && parent !== TC_H_EGRESS) return undefined;
  let to: number | undefined;
  const attr = message.attributes(TCMSG_BYTES);
  while (attr.next()) if (attr.type === TCA_OPTIONS) to = readFilterOptions(attr.nested());
  if (to === undefined) return undefined;
  return { from: message.s32(4), to: to === 0 ? "*" : to, hook: parent === TC_H_INGRESS ? "ingress" : "egress" };
}

function readFilterOptions(options: AttributeReader): number | undefined {
  while (options.next()) {
    if (options.type !== TCA_U32_ACT) continue;
    const actions = options.nested();
    while (actions.next()) {
      const action = actions.nested();
      while (action.next()) if (action.type === TCA_ACT_OPTIONS) return readMirred(action.nested());
    }
  }
  return undefined;
}

function readMirred(parms: AttributeReader): number | undefined {
  while (parms.next()) {
    if (parms.type !== TCA_MIRRED_PARMS) continue;
    if (parms.size < MIRRED_BYTES) throw new NetlinkDecodeError(`mirred parameters of ${parms.size} bytes`);
    return parms.s32(20) === TCA_EGRESS_REDIR ? parms.u32(24) : undefined;
  }
  return undefined;
}

function writeFilterHeader(writer: MessageWriter, ifIndex: number, hook: Hook = "ingress", handle = HANDLE): void {
  const parent = hook === "ingress" ? TC_H_INGRESS : TC_H_EGRESS;
  writeTcmsg(writer, { ifIndex, handle, parent, info: (PRIORITY << 16) | ETH_P_ALL_BE });
}

// struct tc_u32_sel with one struct tc_u32_key of mask 0: 16 bytes and 16 bytes
const MATCH_ALL = (() => {
  const selector = Buffer.alloc(32);
  selector.writeUInt8(TC_U32_TERMINAL, 0);
  selector.writeUInt8(1, 2);
  return selector;
})();

// struct tc_mirred: index, capab, action, refcnt, bindcnt (tc_gen), eaction, ifindex
const MIRRED_BYTES = 28;

function mirredParms(target: number): Uint8Array {
  const parms = Buffer.alloc(MIRRED_BYTES);
  parms.writeInt32LE(TC_ACT_STOLEN, 8);
  parms.writeInt32LE(TCA_EGRESS_REDIR, 20);
  parms.writeUInt32LE(target, 24);
  return parms;
}
