import type { EffectiveImpairment } from "@ratchet/contracts";
import { burstBytesOf, queueFramesOf } from "./impairment-queue.js";
import { jitterShape, SHAPE_ENTRIES, SHAPE_SCALE } from "./jitter-shape.js";

/** What netem is told, in the kernel's own figures: probabilities are shares of 2^32 - 1, times nanoseconds. */
export interface NetemFigures {
  latencyNs: number;
  jitterNs: number;
  delayCorrelation: number;
  limitFrames: number;
  gap: number;
  duplicate: number;
  reorder: number;
  reorderCorrelation: number;
  corrupt: number;
  /** Gilbert-Elliott: into the bad state, out of it, what survives there, what is lost in the good one. */
  loss: { p: number; r: number; h: number; k1: number };
}

export interface RateFigures {
  /** 0 = no limit. */
  bytesPerSecond: number;
  burstBytes: number;
  queueBytes: number;
}

/**
 * The queueing disciplines of one impaired direction, from the root on: one that cuts segments to frames and drops
 * what is larger, netem, and one for the rate. All three at all times, so that every change is a change in place.
 */
export interface Shaper {
  frameBytes: number;
  netem: NetemFigures;
  rate: RateFigures;
}

const WHOLE = 0xffff_ffff;
const ETHERNET_HEADER_BYTES = 14;
const VLAN_TAG_BYTES = 4;
/** Ample for a wire without a limit: 100 Gbit/s. */
const NO_LIMIT_BYTES_PER_SECOND = 12_500_000_000;
const NO_LIMIT_BURST_BYTES = 1_048_576;
const MAX_QUEUE_BYTES = 0x7fff_ffff;

/** What the kernel has to have for an impairment; with null, for nothing to happen to any frame. */
export function shaperOf(asked: EffectiveImpairment | null, mtuBytes: number): Shaper {
  const impairment = asked ?? {};
  const isCut = impairment.mtu !== undefined && impairment.mtu < mtuBytes;
  const frames = queueFramesOf(impairment);
  return {
    frameBytes: isCut
      ? (impairment.mtu ?? 0) + ETHERNET_HEADER_BYTES
      : mtuBytes + ETHERNET_HEADER_BYTES + VLAN_TAG_BYTES,
    netem: {
      latencyNs: Math.round((impairment.delayMs ?? 0) * 1e6),
      jitterNs: Math.round((impairment.jitterMs ?? 0) * 1e6),
      delayCorrelation: share(impairment.delayCorrelationPercent),
      limitFrames: frames,
      gap: impairment.reorderPercent ? impairment.reorderGap || 1 : 0,
      duplicate: share(impairment.duplicatePercent),
      reorder: share(impairment.reorderPercent),
      reorderCorrelation: share(impairment.reorderCorrelationPercent),
      corrupt: share(impairment.corruptPercent),
      loss: lossOf(impairment),
    },
    rate: rateOf(impairment, mtuBytes, frames),
  };
}

/** What the kernel has, in the words it was asked in. Where `asked` says more than can be read back, as asked. */
export function impairmentOf({ frameBytes, netem, rate }: Shaper, asked: EffectiveImpairment, mtuBytes: number) {
  const { p, r, h, k1 } = netem.loss;
  const correlation = asked.lossCorrelationPercent ?? 0;
  const actual: EffectiveImpairment = {
    delayMs: netem.latencyNs / 1e6,
    jitterMs: netem.jitterNs / 1e6,
    ...(asked.jitterDistribution === undefined ? {} : { jitterDistribution: asked.jitterDistribution }),
    delayCorrelationPercent: percent(netem.delayCorrelation),
    duplicatePercent: percent(netem.duplicate),
    corruptPercent: percent(netem.corrupt),
    reorderPercent: percent(netem.reorder),
    reorderCorrelationPercent: percent(netem.reorderCorrelation),
    reorderGap: asked.reorderGap === undefined ? 0 : netem.gap,
    mtu: frameBytes < mtuBytes + ETHERNET_HEADER_BYTES ? frameBytes - ETHERNET_HEADER_BYTES : 0,
    rateKbit: rate.bytesPerSecond >= NO_LIMIT_BYTES_PER_SECOND ? 0 : Math.round(rate.bytesPerSecond / 125),
    ...(asked.burstBytes === undefined ? {} : { burstBytes: rate.burstBytes }),
    ...(asked.queueFrames === undefined ? {} : { queueFrames: netem.limitFrames }),
  };
  if (asked.lossBurst !== undefined && asked.blackhole !== true) {
    const model = { pPercent: percent(p), rPercent: percent(r) };
    actual.lossBurst = { ...model, badLossPercent: percent(WHOLE - h), goodLossPercent: percent(k1) };
  } else if (k1 === WHOLE) actual.blackhole = true;
  else {
    actual.lossPercent = correlation === 0 ? percent(k1) : p + r === 0 ? 0 : round((100 * p) / (p + r));
    actual.lossCorrelationPercent = correlation === 0 || actual.lossPercent === 0 ? 0 : correlation;
  }
  return actual;
}

/** Whether the kernel has it. A burst is kept in ticks of 64 ns, so it is read back a little off. */
export function isShaper(actual: Partial<Shaper> | undefined, wanted: Shaper): boolean {
  if (actual?.netem === undefined || actual.rate === undefined || actual.frameBytes !== wanted.frameBytes) return false;
  const tickBytes = (2 * 64 * wanted.rate.bytesPerSecond) / 1e9;
  return (
    JSON.stringify(actual.netem) === JSON.stringify(wanted.netem) &&
    actual.rate.bytesPerSecond === wanted.rate.bytesPerSecond &&
    actual.rate.queueBytes === wanted.rate.queueBytes &&
    Math.abs(actual.rate.burstBytes - wanted.rate.burstBytes) <= Math.max(tickBytes, 2)
  );
}

/** How the kernel spreads jitter: always a table, since it keeps the last one it was given. */
export function jitterTable(distribution: EffectiveImpairment["jitterDistribution"]): Int16Array {
  return jitterShape(distribution) ?? UNIFORM;
}

const UNIFORM = Int16Array.from({ length: SHAPE_ENTRIES }, (_, i) =>
  Math.round(((2 * i + 1) / SHAPE_ENTRIES - 1) * SHAPE_SCALE),
);

/**
 * A loss is a chain of two states, whatever its kind: one that follows the loss before it keeps its mean so, which
 * netem's own correlation does not.
 */
function lossOf({ blackhole, lossPercent, lossCorrelationPercent, lossBurst }: EffectiveImpairment) {
  const always = { p: 0, r: 0, h: 0 };
  if (blackhole === true) return { ...always, k1: WHOLE };
  if (lossBurst !== undefined) {
    const { pPercent, rPercent, badLossPercent, goodLossPercent } = lossBurst;
    return { p: share(pPercent), r: share(rPercent), h: WHOLE - share(badLossPercent), k1: share(goodLossPercent) };
  }
  if (!lossPercent || !lossCorrelationPercent) return { ...always, k1: share(lossPercent) };
  const apart = 1 - lossCorrelationPercent / 100;
  return { p: share(lossPercent * apart), r: share((100 - lossPercent) * apart), h: 0, k1: 0 };
}

function rateOf(impairment: EffectiveImpairment, mtuBytes: number, frames: number): RateFigures {
  const { rateKbit } = impairment;
  const frameBytes = mtuBytes + ETHERNET_HEADER_BYTES + VLAN_TAG_BYTES;
  const queueBytes = Math.min(MAX_QUEUE_BYTES, frames * frameBytes);
  if (!rateKbit) return { bytesPerSecond: NO_LIMIT_BYTES_PER_SECOND, burstBytes: NO_LIMIT_BURST_BYTES, queueBytes };
  return {
    bytesPerSecond: rateKbit * 125,
    burstBytes: Math.max(frameBytes, burstBytesOf(impairment, mtuBytes)),
    queueBytes,
  };
}

function share(percent: number | undefined): number {
  return Math.round(((percent ?? 0) / 100) * WHOLE);
}

function percent(share: number): number {
  return round((share / WHOLE) * 100);
}

function round(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
