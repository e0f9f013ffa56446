import { type ErrnoCode, type ErrnoName, errnoName, errnoText } from "../ffi/errno.js";
import type { Message } from "./message-reader.js";
import { align4, NLM_F_ACK_TLVS, NLM_F_CAPPED, NLMSG_HEADER_BYTES, NLMSGERR_ATTR_MSG } from "./protocol.js";

export interface NetlinkFailure {
  /** The request in words: `newlink`, `deladdr`, `newtfilter`. */
  op: string;
  errno: number;
  /** The interface it was about, by name, or `#index` when only that is known. */
  ifName?: string | undefined;
  /** What the kernel says in words (NLMSGERR_ATTR_MSG). */
  extAck?: string | undefined;
  sequence?: number | undefined;
}

/** The kernel's refusal of one request, or a failed system call on a netlink socket. */
export class NetlinkError extends Error implements NetlinkFailure {
  override readonly name = "NetlinkError";
  readonly op: string;
  readonly errno: number;
  readonly code: ErrnoCode;
  readonly ifName: string | undefined;
  readonly extAck: string | undefined;
  readonly sequence: number | undefined;

  constructor(failure: NetlinkFailure) {
    const { op, errno, ifName, extAck, sequence } = failure;
    const code = errnoName(errno);
    const subject = ifName === undefined ? "" : ` ${ifName}`;
    const detail = extAck === undefined ? "" : `: ${extAck}`;
    super(`netlink ${op}${subject}: ${code} (${errnoText(errno)})${detail}`);
    this.op = op;
    this.errno = errno;
    this.code = code;
    this.ifName = ifName;
    this.extAck = extAck;
    this.sequence = sequence;
  }
}

const NOT_FOUND: readonly ErrnoName[] = ["ENOENT", "ENODEV", "ESRCH", "EADDRNOTAVAIL", "ENXIO"];
const RETRYABLE: readonly ErrnoName[] = ["EAGAIN", "EINTR", "EBUSY", "ENOBUFS", "ENOMEM", "ETIMEDOUT"];

/** What the request named is not there: interface, address, route, neighbour, qdisc or filter. */
export function isNotFound(error: unknown): error is NetlinkError {
  return isOneOf(error, NOT_FOUND);
}

export function isAlreadyExists(error: unknown): error is NetlinkError {
  return isOneOf(error, ["EEXIST"]);
}

/** The same request may succeed later without anything being corrected. */
export function isRetryable(error: unknown): error is NetlinkError {
  return isOneOf(error, RETRYABLE);
}

export function isOneOf(error: unknown, codes: readonly ErrnoName[]): error is NetlinkError {
  return error instanceof NetlinkError && (codes as readonly string[]).includes(error.code);
}

/** The errno (0 = success) and extended ack of an NLMSG_ERROR message. */
export function readAck(message: Message): { errno: number; extAck: string | undefined } {
  const errno = -message.s32(0);
  if ((message.flags & NLM_F_ACK_TLVS) === 0) return { errno, extAck: undefined };
  // struct nlmsgerr: the error, then the request: its header alone when capped, else all of it.
  const echoed = (message.flags & NLM_F_CAPPED) !== 0 ? NLMSG_HEADER_BYTES : align4(message.u32(4));
  const attributes = message.attributes(4 + echoed);
  let extAck: string | undefined;
  while (attributes.next()) if (attributes.type === NLMSGERR_ATTR_MSG) extAck = attributes.string();
  return { errno, extAck };
}
