import type { EffectiveImpairment } from "@ratchet/contracts";

/** What a queue can hold without knowing a rate: 10 Gbit/s of full frames, bounded below. */
const UNLIMITED_KBIT = 10_000_000;
const FULL_FRAME_BYTES = 1_514;
const MIN_QUEUE_FRAMES = 1_000;
/** The same under a rate: at 64 kbit/s a thousand full frames are three minutes. */
const MIN_LIMITED_QUEUE_FRAMES = 64;
const MAX_QUEUE_FRAMES = 1_000_000;
/** Time a limited direction may lag behind beyond its delay, ms: what routers are commonly given. */
const BUFFER_MS = 100;
/** A timer that fires late must not cost rate, ms. */
const BURST_MS = 5;

/**
 * Frames that may wait in one direction, unless the impairment says: those that are on their way at the rate during
 * delay and jitter, and a buffer's worth. A fixed number starves a fast wire with a long delay.
 */
export function queueFramesOf(impairment: EffectiveImpairment): number {
  if (impairment.queueFrames) return impairment.queueFrames;
  const waitMs = (impairment.delayMs ?? 0) + 4 * (impairment.jitterMs ?? 0) + (impairment.rateKbit ? BUFFER_MS : 0);
  // kbit/s times ms is bits
  const bytes = ((impairment.rateKbit || UNLIMITED_KBIT) * waitMs) / 8;
  const least = impairment.rateKbit ? MIN_LIMITED_QUEUE_FRAMES : MIN_QUEUE_FRAMES;
  return Math.min(MAX_QUEUE_FRAMES, Math.max(least, Math.ceil(bytes / FULL_FRAME_BYTES)));
}

/** Bytes that may pass at once under `rateKbit`, unless the impairment says: never less than one full frame. */
export function burstBytesOf(impairment: EffectiveImpairment, mtuBytes: number): number {
  if (impairment.burstBytes) return impairment.burstBytes;
  const fullFrame = mtuBytes + 14;
  return Math.max(2 * fullFrame, Math.ceil(((impairment.rateKbit ?? 0) * BURST_MS) / 8));
}
