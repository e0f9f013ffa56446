import { type AssignedFault, type EffectiveImpairment, RAMP_FIELDS } from "@ratchet/contracts";

export type Ramp = Extract<AssignedFault["action"], { type: "ramp" }>;

export interface RampMoment {
  impairment: EffectiveImpairment;
  /** When it is otherwise, ms since the beginning; null when the end is reached. */
  nextMs: number | null;
}

/** Steps a ramp takes at most, and how often one comes at most: what a person sees as steady. */
const STEPS = 1_000;
const STEP_MS = 100;

/** Where a ramp stands: each figure on the straight line from start to end, in steps. Pure. */
export function rampAt(ramp: Ramp, elapsedMs: number): RampMoment {
  const overMs = ramp.overSeconds * 1000;
  const stepMs = Math.max(STEP_MS, overMs / STEPS);
  const atMs = Math.min(overMs, Math.floor(Math.max(0, elapsedMs) / stepMs) * stepMs);
  const isOver = elapsedMs >= overMs;
  return {
    impairment: between(ramp, isOver ? 1 : atMs / overMs),
    nextMs: isOver ? null : Math.min(overMs, atMs + stepMs),
  };
}

function between({ start, end }: Ramp, share: number): EffectiveImpairment {
  const impairment: EffectiveImpairment = {};
  for (const field of RAMP_FIELDS) {
    if (start[field] === undefined && end[field] === undefined) continue;
    const [from, to] = [start[field] ?? 0, end[field] ?? 0];
    const value = from + (to - from) * share;
    // A rate is a whole number of kbit/s, and 0 would be none at all.
    impairment[field] = field === "rateKbit" ? Math.max(1, Math.round(value)) : Math.round(value * 1000) / 1000;
  }
  return impairment;
}
