import { realtimeNs } from "../../ffi/timed-receive.js";

const NS_PER_MS = 1e6;

/** A moment on both clocks. */
export interface SentAt {
  realtimeNs: bigint;
  monotonicNs: bigint;
}

export function sentNow(): SentAt {
  return { realtimeNs: realtimeNs(), monotonicNs: process.hrtime.bigint() };
}

/** By the kernel's stamp, so that a busy loop adds nothing; by the monotonic clock when the wall clock was moved. */
export function rttMs(sent: SentAt, atNs: bigint | undefined): number {
  const longest = process.hrtime.bigint() - sent.monotonicNs;
  const stamped = atNs === undefined ? longest : atNs - sent.realtimeNs;
  return Number(stamped >= 0n && stamped <= longest ? stamped : longest) / NS_PER_MS;
}
