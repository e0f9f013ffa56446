import type { ApiTelemetryWish } from "@ratchet/contracts";

/** What all of them wish together: the most often of each. 0 wishes nothing. Pure. */
export function mergeWishes(wishes: readonly ApiTelemetryWish[]): ApiTelemetryWish {
  const probes = new Map<string, number>();
  for (const { linkUid, intervalMs } of wishes.flatMap((wish) => wish.probes)) {
    probes.set(linkUid, Math.min(intervalMs, probes.get(linkUid) ?? intervalMs));
  }
  return {
    type: "telemetry",
    intervalMs: soonest(wishes.map(({ intervalMs }) => intervalMs)),
    probeMs: soonest(wishes.map(({ probeMs = 0 }) => probeMs)),
    probes: [...probes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([linkUid, intervalMs]) => ({ linkUid, intervalMs })),
  };
}

function soonest(intervals: readonly number[]): number {
  const wished = intervals.filter((interval) => interval > 0);
  return wished.length === 0 ? 0 : Math.min(...wished);
}
