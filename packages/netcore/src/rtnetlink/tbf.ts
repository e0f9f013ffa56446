import type { AttributeReader } from "../netlink/attribute-reader.js";
import type { MessageWriter } from "../netlink/message-writer.js";

// include/uapi/linux/pkt_sched.h
const TCA_TBF_PARMS = 1;
const TCA_TBF_RATE64 = 4;
const TCA_TBF_BURST = 6;
const TC_LINKLAYER_ETHERNET = 1;
const PARMS_BYTES = 36;
const MAX_U32 = 0xffff_ffff;
/** PSCHED_TICKS2NS in include/net/pkt_sched.h. */
const TICK_NS = 64;

/** A token bucket: frames larger than `burstBytes` are dropped, segments larger than it are cut into frames. */
export interface Tbf {
  bytesPerSecond: number;
  burstBytes: number;
  /** bytes that may wait */
  limitBytes: number;
}

/** The options of a tbf qdisc. `burstBytes` is read back from ticks of 64 ns: nearly what was written. */
export function writeTbf(writer: MessageWriter, { bytesPerSecond, burstBytes, limitBytes }: Tbf): void {
  // struct tc_tbf_qopt: two struct tc_ratespec (12 bytes each), limit, buffer, mtu
  const parms = Buffer.alloc(PARMS_BYTES);
  parms.writeUInt8(TC_LINKLAYER_ETHERNET, 1);
  parms.writeUInt32LE(Math.min(bytesPerSecond, MAX_U32), 8);
  parms.writeUInt32LE(limitBytes, 24);
  writer.attrBytes(TCA_TBF_PARMS, parms);
  if (bytesPerSecond > MAX_U32) writer.attrU64(TCA_TBF_RATE64, BigInt(bytesPerSecond));
  writer.attrU32(TCA_TBF_BURST, burstBytes);
}

/** Reads the options; undefined when they are incomplete. */
export function readTbf(options: AttributeReader): Tbf | undefined {
  let tbf: (Omit<Tbf, "burstBytes"> & { ticks: number }) | undefined;
  let rate64: number | undefined;
  while (options.next()) {
    if (options.type === TCA_TBF_RATE64) rate64 = options.u64();
    if (options.type === TCA_TBF_PARMS && options.size >= PARMS_BYTES) {
      tbf = { bytesPerSecond: options.u32(8), limitBytes: options.u32(24), ticks: options.u32(28) };
    }
  }
  if (tbf === undefined) return undefined;
  const { limitBytes, ticks } = tbf;
  const bytesPerSecond = rate64 ?? tbf.bytesPerSecond;
  return { bytesPerSecond, limitBytes, burstBytes: Math.round((ticks * TICK_NS * bytesPerSecond) / 1e9) };
}
