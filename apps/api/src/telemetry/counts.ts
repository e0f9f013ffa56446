import { firstKept, RESOLUTIONS, type Resolution, slotOf } from "./resolution.js";
import { Series } from "./series.js";

/** packets, bytes, drops, errors */
export type Counts = [number, number, number, number];

/** What one direction of a link carried: totals, and by time. */
export class CountSeries {
  readonly totals: Counts = [0, 0, 0, 0];
  readonly #series = new Map<Resolution, Series[]>(
    RESOLUTIONS.map((resolution) => [resolution, this.totals.map(() => new Series(resolution.slots))]),
  );

  add(nowMs: number, counts: Counts): void {
    for (const [index, value] of counts.entries()) this.totals[index] = (this.totals[index] ?? 0) + value;
    for (const [resolution, series] of this.#series) {
      const slot = slotOf(resolution, nowMs);
      for (const [index, value] of counts.entries()) series[index]?.add(slot, value);
    }
  }

  at(resolution: Resolution, slot: number): Counts {
    return this.#series.get(resolution)?.map((series) => series.at(slot)) as Counts;
  }

  get bytes(): number {
    let bytes = 0;
    for (const all of this.#series.values()) for (const series of all) bytes += series.bytes;
    return bytes;
  }

  /** Keeps the last `keepMs`, and of the fine series no more than its length. */
  forget(nowMs: number, keepMs: number): void {
    for (const [resolution, all] of this.#series) {
      const first = firstKept(resolution, nowMs, keepMs);
      for (const series of all) series.forgetBefore(first);
    }
  }
}

/** For how many ms of each slot a node has measured: rates are over these, and a slot without is no zero. */
export class Coverage {
  readonly #series = new Map<Resolution, Series>(
    RESOLUTIONS.map((resolution) => [resolution, new Series(resolution.slots)]),
  );

  /** An interval longer than a step says nothing about that step. */
  add(nowMs: number, intervalMs: number): void {
    for (const [resolution, series] of this.#series) {
      if (intervalMs <= resolution.stepMs * 1.5) series.add(slotOf(resolution, nowMs), intervalMs);
    }
  }

  at(resolution: Resolution, slot: number): number {
    return this.#series.get(resolution)?.at(slot) ?? 0;
  }
}
