import { isDeepStrictEqual } from "node:util";
import type { Run, RunComparison, RunProbe, RunStep } from "@ratchet/contracts";

/** A run beside an earlier one. Pure. */
export function compareRuns(before: Run, after: Run): RunComparison {
  return {
    run: after.metadata.name,
    with: before.metadata.name,
    isSameScenario: isDeepStrictEqual(before.spec.source, after.spec.source),
    isSameSeed: before.spec.seed === after.spec.seed,
    isSameOrder: isDeepStrictEqual(orderOf(before), orderOf(after)),
    phases: { before: before.status.phase, after: after.status.phase },
    probes: pairs(before.status.probes, after.status.probes, ({ name }) => name).map(([name, old, now]) => {
      const of = (read: (probe: RunProbe) => number | null | undefined) => change(old, now, read);
      return {
        name,
        lost: of((probe) => probe.lost),
        lossPercent: of((probe) => probe.lossPercent),
        outageMs: of((probe) => probe.outageMs),
        longestOutageMs: of((probe) => probe.longestOutageMs),
        recoveryMs: of(longestRecoveryMs),
        rttAvgMs: of((probe) => probe.rttMs?.avg),
      };
    }),
    steps: pairs(before.status.steps, after.status.steps, ({ id }) => id).map(([id, old, now]) => ({
      id,
      name: (now ?? old)?.name ?? "",
      states: { before: old?.state ?? null, after: now?.state ?? null },
      durationMs: change(old, now, durationMs),
    })),
  };
}

/** Shorter outages are chance: what routers lose while they change over, or a busy machine answers too late. */
const NOTABLE_MS = 150;

/**
 * What happened in which order: the steps as they began, and after the one that broke something, who lost packets for a
 * while. What a clock decides, such as whether the first lost packet went before a step had ended or after, is not in
 * it.
 */
export function orderOf({ status }: Pick<Run, "status">): string[] {
  const steps = status.steps.filter(({ startedMs }) => startedMs !== null);
  steps.sort((a, b) => (a.startedMs ?? 0) - (b.startedMs ?? 0));
  const outages = status.probes.flatMap(({ name, outages: all }) =>
    all.filter(({ durationMs }) => durationMs >= NOTABLE_MS).map(({ afterStep }) => ({ name, afterStep })),
  );
  const lostAfter = (id: string | null) =>
    [...new Set(outages.filter(({ afterStep }) => afterStep === id).map(({ name }) => `${name} loses packets`))].sort();
  return [...lostAfter(null), ...steps.flatMap(({ id, state }) => [`${id} ${state}`, ...lostAfter(id)])];
}

/** Of the longest way back; null when nothing was lost, or never came back. */
export function longestRecoveryMs({ outages }: Pick<RunProbe, "outages">): number | null {
  const known = outages.flatMap(({ recoveryMs }) => recoveryMs ?? []);
  return known.length === 0 ? null : Math.max(...known);
}

function durationMs({ startedMs, endedMs }: RunStep): number | null {
  return startedMs === null || endedMs === null ? null : endedMs - startedMs;
}

function change<T>(before: T | undefined, after: T | undefined, read: (one: T) => number | null | undefined) {
  const of = (one: T | undefined) => (one === undefined ? null : (read(one) ?? null));
  return { before: of(before), after: of(after) };
}

function pairs<T>(before: readonly T[], after: readonly T[], keyOf: (one: T) => string) {
  const names = new Set([...after, ...before].map(keyOf));
  const find = (all: readonly T[], name: string) => all.find((one) => keyOf(one) === name);
  return [...names].map((name) => [name, find(before, name), find(after, name)] as const);
}
