import type { ProbeRow } from "@ratchet/contracts";

interface Tally {
  sent: number;
  received: number;
  minMs: number;
  sumMs: number;
  jitterSumMs: number;
  jitters: number;
}

/** What became of echoes, by link, since it was last asked. Pure. */
export class ProbeTally {
  private readonly tallies = new Map<string, Tally>();
  private readonly lastRttMs = new Map<string, number>();

  add(linkUid: string, rttMs: number | null): void {
    let tally = this.tallies.get(linkUid);
    if (tally === undefined) {
      tally = { sent: 0, received: 0, minMs: Number.POSITIVE_INFINITY, sumMs: 0, jitterSumMs: 0, jitters: 0 };
      this.tallies.set(linkUid, tally);
    }
    tally.sent++;
    if (rttMs === null) return;
    tally.received++;
    tally.sumMs += rttMs;
    tally.minMs = Math.min(tally.minMs, rttMs);
    const last = this.lastRttMs.get(linkUid);
    this.lastRttMs.set(linkUid, rttMs);
    if (last === undefined) return;
    tally.jitterSumMs += Math.abs(rttMs - last);
    tally.jitters++;
  }

  /** Everything since the last time. Links of which nothing is known any more are forgotten. */
  take(isKnown: (linkUid: string) => boolean): ProbeRow[] {
    const rows = [...this.tallies].map(([linkUid, tally]): ProbeRow => {
      const { sent, received, minMs, sumMs, jitterSumMs, jitters } = tally;
      const came = received > 0;
      const jitter = jitters > 0 ? micro(jitterSumMs / jitters) : null;
      return [linkUid, 0, sent, received, came ? micro(minMs) : null, came ? micro(sumMs / received) : null, jitter];
    });
    this.tallies.clear();
    for (const uid of this.lastRttMs.keys()) if (!isKnown(uid)) this.lastRttMs.delete(uid);
    return rows;
  }
}

/** To the microsecond: what is beyond is noise, and bytes on the wire. */
function micro(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
