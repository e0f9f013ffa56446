import type { MessageWriter } from "../netlink/message-writer.js";
import { NLM_F_CREATE, NLM_F_REPLACE } from "../netlink/protocol.js";
import type { Request } from "../netlink/request.js";
import { RTM_DELQDISC, RTM_NEWQDISC } from "./message-types.js";
import { type Netem, writeNetem } from "./netem.js";
import type { KernelQdisc } from "./qdisc.js";
import { type Tbf, writeTbf } from "./tbf.js";
import { TC_H_ROOT, TCA_KIND, TCA_OPTIONS, writeTcmsg } from "./traffic-control.js";

/** Handles of the three: whoever finds others on the device finds somebody else's. */
const CUTTER = 0x00a1_0000;
const NETEM = 0x00a2_0000;
const RATE = 0x00a3_0000;
/** Fast enough to be no limit, and a frame's tokens are back before the next one comes. */
const CUTTER_BYTES_PER_SECOND = 100_000_000_000;

/** What impairs the frames that leave through one device. `frameBytes`: larger frames are dropped, segments cut. */
export interface KernelShaper {
  frameBytes: number;
  netem: Netem;
  rate: { bytesPerSecond: number; burstBytes: number; queueBytes: number };
}

/**
 * Makes the three qdiscs or changes them in place: what waits in them stays. netem does not cut segments itself (but
 * to corrupt them), so a token bucket of one frame's size stands before it (tbf_segment in net/sched/sch_tbf.c).
 */
export function setShaper(ifIndex: number, { frameBytes, netem, rate }: KernelShaper, table: Int16Array): Request[] {
  const { bytesPerSecond, burstBytes, queueBytes } = rate;
  // Its burst cannot be read back exactly, its limit can; with a qdisc inside, the limit has no other use.
  const cutter: Tbf = { bytesPerSecond: CUTTER_BYTES_PER_SECOND, burstBytes: frameBytes, limitBytes: frameBytes };
  const limiter: Tbf = { bytesPerSecond, burstBytes, limitBytes: queueBytes };
  return [
    qdisc(ifIndex, TC_H_ROOT, CUTTER, "tbf", (writer) => writeTbf(writer, cutter)),
    qdisc(ifIndex, CUTTER | 1, NETEM, "netem", (writer) => writeNetem(writer, netem, table)),
    qdisc(ifIndex, NETEM | 1, RATE, "tbf", (writer) => writeTbf(writer, limiter)),
  ];
}

/** Removes the qdiscs with what waits in them; ENOENT or EINVAL when there are none. */
export function deleteShaper(ifIndex: number): Request {
  return {
    op: "delqdisc",
    type: RTM_DELQDISC,
    flags: 0,
    ifName: `#${ifIndex}`,
    write: (writer) => writeTcmsg(writer, { ifIndex, handle: CUTTER, parent: TC_H_ROOT, info: 0 }),
  };
}

/** What a qdisc message tells of a device's shaper: what it has now, "gone", or nothing. */
export function shaperNews(qdisc: KernelQdisc, isGone: boolean): Partial<KernelShaper> | "gone" | undefined {
  const { handle, parent, tbf, netem } = qdisc;
  // With the root go its children, untold.
  if (parent === TC_H_ROOT && handle === CUTTER && isGone) return "gone";
  if (parent === TC_H_ROOT && handle !== CUTTER && !isGone) return "gone";
  if (isGone) return undefined;
  if (handle === CUTTER && tbf !== undefined) return { frameBytes: tbf.limitBytes };
  if (handle === NETEM && netem !== undefined) return { netem };
  if (handle !== RATE || tbf === undefined) return undefined;
  const { bytesPerSecond, burstBytes, limitBytes: queueBytes } = tbf;
  return { rate: { bytesPerSecond, burstBytes, queueBytes } };
}

function qdisc(
  ifIndex: number,
  parent: number,
  handle: number,
  kind: string,
  writeOptions: (writer: MessageWriter) => void,
): Request {
  return {
    op: "newqdisc",
    type: RTM_NEWQDISC,
    // Of the same handle and kind it is changed and not made anew (tc_modify_qdisc in net/sched/sch_api.c).
    flags: NLM_F_CREATE | NLM_F_REPLACE,
    ifName: `#${ifIndex}`,
    write(writer) {
      writeTcmsg(writer, { ifIndex, handle, parent, info: 0 });
      writer.attrString(TCA_KIND, kind);
      const options = writer.beginNest(TCA_OPTIONS);
      writeOptions(writer);
      writer.endNest(options);
    },
  };
}
