import { type Outage, PROBE_MEMORY_SECONDS, type RunProbe, type RunSeries } from "@ratchet/contracts";

const MAX_OUTAGES = 200;
const MAX_GAPS = 100;
/** Lost packets in a row that make an outage worth an event. */
const TOLD_FROM = 2;
const FIRST_BUCKET_MS = 100;

export interface Sample {
  /** ms since the run began */
  sentMs: number;
  /** Null: lost. */
  rttMs: number | null;
}

/** A step that may break or mend something, and when it began. */
export interface Disturbance {
  id: string;
  atMs: number;
}

interface Rtt {
  min: number;
  max: number;
  sum: number;
  count: number;
}

interface Bucket {
  atMs: number;
  sent: number;
  lost: number;
  rtt: Rtt;
}

type Seen = Pick<RunProbe, "name" | "from" | "to" | "intervalMs">;

/** What one probe saw, kept as it comes: every outage, and a series of bounded length. Pure: it has no clock. */
export class ProbeLog {
  readonly outages: Outage[] = [];
  readonly #seen: Seen;
  readonly #maxBuckets: number;
  readonly #rtt = emptyRtt();
  readonly #gaps: RunProbe["gaps"] = [];
  #buckets: Bucket[] = [];
  #bucketMs = FIRST_BUCKET_MS;
  #recent: Sample[] = [];
  #open: Outage | undefined;
  #outageCount = 0;
  #outageMs = 0;
  #longestMs = 0;
  #sent = 0;
  #lost = 0;
  #isUp: boolean | null = null;
  address: string | null = null;

  constructor(seen: Seen, maxBuckets = 600) {
    this.#seen = seen;
    this.#maxBuckets = maxBuckets;
  }

  /**
   * Takes one packet's fate, in the order of sending. Answers the outage that began or ended with it: one packet lost
   * by itself is an outage, but nothing to tell of.
   */
  add(sample: Sample, disturbances: readonly Disturbance[]): { began?: Outage; ended?: Outage } {
    this.#sent++;
    this.#bucket(sample);
    this.#remember(sample);
    if (sample.rttMs === null) return this.#lose(sample.sentMs, disturbances);
    addRtt(this.#rtt, sample.rttMs);
    this.#isUp = true;
    // When its answer came: what waited in a queue for the wire to come back was answered, but nothing got through before.
    return this.#recover(sample.sentMs + sample.rttMs, disturbances);
  }

  /**
   * The agent's clock stands earlier than it was thought to: what is still open was sent earlier too. Without this an
   * outage would begin by one guess and end by a better one, and be told too short.
   */
  movedEarlier(byMs: number): void {
    if (this.#open === undefined) return;
    this.#open.firstLostMs -= byMs;
    this.#open.lastLostMs -= byMs;
  }

  /** Nothing can be measured from here on, and that is no loss. */
  gapBegins(atMs: number, message: string): void {
    if (this.#gaps.at(-1)?.toMs === null) return;
    if (this.#gaps.length < MAX_GAPS) this.#gaps.push({ fromMs: atMs, toMs: null, message });
    // What lay between may have been either.
    this.#open = undefined;
  }

  gapEnds(atMs: number): void {
    const gap = this.#gaps.at(-1);
    if (gap?.toMs === null) gap.toMs = atMs;
  }

  /** When the newest packet whose fate is known was sent; null before the first. */
  get newestMs(): number | null {
    return this.#recent.at(-1)?.sentMs ?? null;
  }

  /** Of the packets sent since a moment; `sent` 0 when there are none. */
  since(fromMs: number): { sent: number; lost: number } {
    const some = this.#recent.filter(({ sentMs }) => sentMs >= fromMs);
    return { sent: some.length, lost: some.filter(({ rttMs }) => rttMs === null).length };
  }

  shown(): RunProbe {
    return {
      ...this.#seen,
      address: this.address,
      sent: this.#sent,
      lost: this.#lost,
      lossPercent: this.#sent === 0 ? 0 : (this.#lost * 100) / this.#sent,
      rttMs: shownRtt(this.#rtt),
      isUp: this.#isUp,
      outages: this.outages.map((outage) => ({ ...outage })),
      outageCount: this.#outageCount,
      outageMs: this.#outageMs,
      longestOutageMs: this.#longestMs,
      gaps: this.#gaps.map((gap) => ({ ...gap })),
    };
  }

  series(): RunSeries["probes"][number] {
    const buckets = this.#buckets.map(({ atMs, sent, lost, rtt }) => ({ atMs, sent, lost, rttMs: shownRtt(rtt) }));
    return { name: this.#seen.name, bucketMs: this.#bucketMs, buckets };
  }

  // Forgotten in large pieces: shifting one at a time would move them all each time.
  #remember(sample: Sample): void {
    this.#recent.push(sample);
    const oldestMs = sample.sentMs - PROBE_MEMORY_SECONDS * 1000;
    if ((this.#recent[this.#recent.length >> 1]?.sentMs ?? 0) < oldestMs)
      this.#recent = this.#recent.filter(({ sentMs }) => sentMs >= oldestMs);
  }

  #lose(sentMs: number, disturbances: readonly Disturbance[]): { began?: Outage } {
    this.#lost++;
    this.#isUp = false;
    this.#open ??= this.#begin(sentMs, disturbances);
    const { durationMs } = this.#open;
    this.#open.lost++;
    this.#open.lastLostMs = sentMs;
    this.#lengthen(this.#open, durationMs, sentMs - this.#open.firstLostMs);
    return this.#open.lost === TOLD_FROM ? { began: this.#open } : {};
  }

  #begin(sentMs: number, disturbances: readonly Disturbance[]): Outage {
    // A packet that was on the way when the step began was lost by it.
    const cause = disturbances.findLast(({ atMs }) => atMs <= sentMs + this.#seen.intervalMs);
    const outage: Outage = {
      firstLostMs: sentMs,
      lastLostMs: sentMs,
      recoveredMs: null,
      lost: 0,
      durationMs: 0,
      afterStep: cause?.id ?? null,
      recoveryMs: null,
      mendedBy: null,
      sinceMendMs: null,
    };
    this.#outageCount++;
    this.outages.push(outage);
    if (this.outages.length > MAX_OUTAGES) this.#dropShortest();
    return outage;
  }

  #recover(atMs: number, disturbances: readonly Disturbance[]): { ended?: Outage } {
    const outage = this.#open;
    if (outage === undefined) return {};
    this.#open = undefined;
    outage.recoveredMs = atMs;
    const cause = disturbances.find(({ id }) => id === outage.afterStep);
    outage.recoveryMs = cause === undefined ? null : atMs - cause.atMs;
    const mend = disturbances.findLast(
      (step) => step.atMs <= atMs && step.atMs > outage.firstLostMs && step.id !== cause?.id,
    );
    outage.mendedBy = mend?.id ?? null;
    outage.sinceMendMs = mend === undefined ? null : atMs - mend.atMs;
    this.#lengthen(outage, outage.durationMs, atMs - outage.firstLostMs);
    return outage.lost < TOLD_FROM ? {} : { ended: outage };
  }

  /** Of those that are over. */
  #dropShortest(): void {
    let shortest = 0;
    for (const [index, { durationMs }] of this.outages.slice(0, -1).entries())
      if (durationMs < (this.outages[shortest]?.durationMs ?? 0)) shortest = index;
    this.outages.splice(shortest, 1);
  }

  #lengthen(outage: Outage, fromMs: number, toMs: number): void {
    outage.durationMs = toMs;
    this.#outageMs += toMs - fromMs;
    this.#longestMs = Math.max(this.#longestMs, toMs);
  }

  #bucket({ sentMs, rttMs }: Sample): void {
    const atMs = Math.floor(sentMs / this.#bucketMs) * this.#bucketMs;
    let bucket = this.#buckets.at(-1);
    if (bucket === undefined || bucket.atMs < atMs) {
      bucket = { atMs, sent: 0, lost: 0, rtt: emptyRtt() };
      this.#buckets.push(bucket);
    }
    bucket.sent++;
    if (rttMs === null) bucket.lost++;
    else addRtt(bucket.rtt, rttMs);
    if (this.#buckets.length > this.#maxBuckets) this.#coarsen();
  }

  #coarsen(): void {
    this.#bucketMs *= 2;
    const merged: Bucket[] = [];
    for (const { atMs: before, sent, lost, rtt } of this.#buckets) {
      const atMs = Math.floor(before / this.#bucketMs) * this.#bucketMs;
      const last = merged.at(-1);
      if (last?.atMs !== atMs) merged.push({ atMs, sent, lost, rtt });
      else {
        last.sent += sent;
        last.lost += lost;
        mergeRtt(last.rtt, rtt);
      }
    }
    this.#buckets = merged;
  }
}

function emptyRtt(): Rtt {
  return { min: Number.POSITIVE_INFINITY, max: 0, sum: 0, count: 0 };
}

function addRtt(rtt: Rtt, ms: number): void {
  mergeRtt(rtt, { min: ms, max: ms, sum: ms, count: 1 });
}

function mergeRtt(into: Rtt, other: Rtt): void {
  into.min = Math.min(into.min, other.min);
  into.max = Math.max(into.max, other.max);
  into.sum += other.sum;
  into.count += other.count;
}

function shownRtt({ min, max, sum, count }: Rtt): { min: number; avg: number; max: number } | null {
  const round = (ms: number) => Math.round(ms * 1000) / 1000;
  return count === 0 ? null : { min: round(min), avg: round(sum / count), max: round(max) };
}
