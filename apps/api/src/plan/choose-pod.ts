/** Whether a pod can take a wire; `unknown` while nobody who could say is there. */
export type Readiness = "ready" | "notReady" | "unknown";

export interface Candidate {
  name: string;
  /** ISO 8601, in UTC with milliseconds */
  createdAt: string;
  readiness: Readiness;
}

/**
 * The newest ready one. Of two that are as new the one that has the wire keeps it, and so it does while none is ready,
 * or while nothing is known of it: a wire moves on positive knowledge only. Pure.
 */
export function choosePod(candidates: readonly Candidate[], current: string | null): string | null {
  const held = candidates.find(({ name }) => name === current);
  let best = held?.readiness === "notReady" ? undefined : held;
  for (const candidate of candidates.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (candidate.readiness !== "ready") continue;
    if (best === undefined || candidate.createdAt > best.createdAt) best = candidate;
  }
  return (best ?? held)?.name ?? null;
}
