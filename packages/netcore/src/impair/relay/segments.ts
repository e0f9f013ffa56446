import type { EffectiveImpairment } from "@ratchet/contracts";

/**
 * Whether segments larger than the MTU may cross a line whole. Only where every frame of one suffers the same: a
 * segment of 64 KiB that is lost, or waits for its turn, would be 45 frames at once.
 */
export function carriesSegments(impairment: EffectiveImpairment): boolean {
  const { delayMs: _delay, engine: _engine, blackhole: _blackhole, queueFrames: _queue, ...others } = impairment;
  return Object.values(others).every((value) => value === undefined || value === 0);
}
