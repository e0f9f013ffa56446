import { create } from "zustand";

/** One echo request. `at`: ms since the epoch by this browser's clock; null: no answer. */
export interface PingSample {
  at: number;
  rttMs: number | null;
}

/** A ping of this page over one link, until somebody stops it. */
export interface PingRun {
  /** Newest last. */
  samples: readonly PingSample[];
  /** Why nothing can be measured just now; empty when it can. */
  problem: string;
}

/** By the link's name. */
export const usePings = create<{ pings: ReadonlyMap<string, PingRun> }>(() => ({ pings: new Map() }));

const KEPT_MS = 60_000;

export function beginPing(name: string): void {
  usePings.setState(({ pings }) => ({ pings: new Map(pings).set(name, { samples: [], problem: "" }) }));
}

export function endPing(name: string): void {
  usePings.setState(({ pings }) => {
    const next = new Map(pings);
    next.delete(name);
    return { pings: next };
  });
}

export function addPings(name: string, added: readonly PingSample[], problem: string): void {
  usePings.setState(({ pings }) => {
    const run = pings.get(name);
    if (run === undefined) return { pings };
    const since = Date.now() - KEPT_MS;
    const samples = [...run.samples, ...added].filter((sample) => sample.at >= since);
    return { pings: new Map(pings).set(name, { samples, problem }) };
  });
}

/** So many of the newest say how it is now: few enough to follow a change at once. */
const NEWEST = 4;

export interface PingSummary {
  /** The median of the newest; null when none was answered. */
  nowMs: number | null;
  minMs: number | null;
  maxMs: number | null;
  lossPercent: number;
  sent: number;
}

export function summaryOf({ samples }: PingRun): PingSummary {
  const times = samples.flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs]));
  const newest = samples
    .slice(-NEWEST)
    .flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs]))
    .sort((a, b) => a - b);
  return {
    nowMs: newest[Math.floor((newest.length - 1) / 2)] ?? null,
    minMs: times.length === 0 ? null : Math.min(...times),
    maxMs: times.length === 0 ? null : Math.max(...times),
    lossPercent: samples.length === 0 ? 0 : ((samples.length - times.length) / samples.length) * 100,
    sent: samples.length,
  };
}

/** "20.4 ms": with one decimal below a hundred. */
export function rttText(ms: number): string {
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** What stands beside a wire that is pinged. */
export function rttTexts(pings: ReadonlyMap<string, PingRun>): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [name, run] of pings) {
    const { nowMs, sent } = summaryOf(run);
    if (sent > 0) texts.set(name, nowMs === null ? "no answer" : rttText(nowMs));
  }
  return texts;
}
