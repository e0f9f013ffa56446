/** How finely and how long something is kept. */
export interface Resolution {
  stepMs: number;
  slots: number;
}

/** 15 minutes by the second. */
export const FINE: Resolution = { stepMs: 1000, slots: 900 };
/** A day by ten seconds. */
export const COARSE: Resolution = { stepMs: 10_000, slots: 8640 };
export const RESOLUTIONS = [FINE, COARSE] as const;

export function slotOf({ stepMs }: Resolution, nowMs: number): number {
  return Math.floor(nowMs / stepMs);
}

/** The first slot that is kept when nothing older than `keepMs` is, nor more slots than there are. */
export function firstKept(resolution: Resolution, nowMs: number, keepMs: number): number {
  return slotOf(resolution, nowMs) - Math.min(resolution.slots, Math.ceil(keepMs / resolution.stepMs));
}
