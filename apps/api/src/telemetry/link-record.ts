import { PROBE_FRAME_BYTES } from "@ratchet/contracts";
import { CountSeries, type Counts } from "./counts.js";
import { ProbeSeries } from "./probe-series.js";

/** The end a direction comes from. */
export type From = 0 | 1;

/** Echoes that were answered and have not been found in the counts yet; more than so many times the last are forgotten. */
const OWED_TIMES = 3;

/** Everything that is kept of one link. */
export class LinkRecord {
  /** By sender; none of a direction that never carried anything but echoes. */
  readonly counts: [CountSeries?, CountSeries?] = [];
  readonly probes = new ProbeSeries();
  readonly #owed: [number, number] = [0, 0];

  get bytes(): number {
    return (this.counts[0]?.bytes ?? 0) + (this.counts[1]?.bytes ?? 0) + this.probes.bytes;
  }

  add(from: From, nowMs: number, counts: Counts): void {
    if (counts.every((count) => count === 0)) return;
    this.counts[from] ??= new CountSeries();
    this.counts[from].add(nowMs, counts);
  }

  /** So many echoes crossed the link both ways: our own packets and not what it carried. */
  crossed(echoes: number): void {
    for (const from of [0, 1] as const) {
      this.#owed[from] = Math.min(this.#owed[from] + echoes, OWED_TIMES * echoes);
    }
  }

  /** The counts of a direction without our own packets. What is counted before we know of it is taken off the next. */
  without(from: From, [packets, bytes, drops, errors]: Counts): Counts {
    const own = Math.min(this.#owed[from], packets, Math.floor(bytes / PROBE_FRAME_BYTES));
    this.#owed[from] -= own;
    return [packets - own, bytes - own * PROBE_FRAME_BYTES, drops, errors];
  }

  forget(nowMs: number, keepMs: number): void {
    for (const series of this.counts) series?.forget(nowMs, keepMs);
    this.probes.forget(nowMs, keepMs);
  }
}
