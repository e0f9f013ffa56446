import type { FaultAction } from "@ratchet/contracts";

export type FlapAction = Extract<FaultAction, { type: "flap" }>;

/** Where a flap stands. */
export interface FlapMoment {
  isDown: boolean;
  /** Completed cycles. */
  cycles: number;
  /** ms after the start at which this changes; null when all its cycles are done. */
  nextMs: number | null;
}

/**
 * What a flap does `elapsedMs` after its start. Pure: two nodes, or an agent that starts late, agree.
 *
 * A cycle begins down. Randomness moves each edge about its place in the regular beat and not the ones after it, so
 * any moment is computed by itself and the whole neither drifts nor grows.
 */
export function flapAt(action: FlapAction, elapsedMs: number): FlapMoment {
  const elapsed = Math.max(0, elapsedMs);
  let cycle = Math.max(0, Math.floor(elapsed / (action.periodSeconds * 1000)) - 1);
  while (edgeMs(action, 2 * (cycle + 1)) <= elapsed) cycle++;
  if (action.count !== undefined && cycle >= action.count) return { isDown: false, cycles: action.count, nextMs: null };
  const risesMs = edgeMs(action, 2 * cycle + 1);
  const isDown = elapsed < risesMs;
  return { isDown, cycles: cycle, nextMs: isDown ? risesMs : edgeMs(action, 2 * (cycle + 1)) };
}

/** Edge 2k: cycle k begins and the wire goes down; edge 2k+1: it comes back. */
function edgeMs({ periodSeconds, downPercent, randomPercent, seed }: FlapAction, edge: number): number {
  const periodMs = periodSeconds * 1000;
  const downMs = (periodMs * downPercent) / 100;
  const regular = Math.floor(edge / 2) * periodMs + (edge % 2) * downMs;
  if (edge === 0 || randomPercent === 0) return regular;
  // Half of the allowance at each of a phase's two edges; below half a phase, so that edges never cross.
  const reachMs = (Math.min(downMs, periodMs - downMs) * randomPercent) / 200;
  return regular + (2 * draw(seed, edge) - 1) * reachMs;
}

/** A number from 0 to 1 that belongs to this seed and index (the finalizer of MurmurHash3). */
function draw(seed: number, index: number): number {
  let h = (seed ^ Math.imul(index, 0x9e3779b1)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 0x1_0000_0000;
}
