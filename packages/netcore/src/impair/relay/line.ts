import type { EffectiveImpairment } from "@ratchet/contracts";
import { burstBytesOf, queueFramesOf } from "../../model/impairment-queue.js";
import { BurstChance, Chance, type Random } from "./chance.js";
import { DueQueue } from "./due-queue.js";
import { corrupt, packetBytes, wireBytes } from "./frame.js";
import { Jitter } from "./jitter.js";
import { RateMeter } from "./rate-meter.js";

/** What became of frames since the line was made. */
export interface LineCounts {
  lost: number;
  duplicated: number;
  corrupted: number;
  /** Of those that overtook others on purpose. */
  reordered: number;
  /** Larger than the MTU, or swallowed by a black hole. */
  swallowed: number;
  /** Refused because the queue was full. */
  overflowed: number;
}

/**
 * One direction's frames on their way. Times are milliseconds of one monotonic clock.
 *
 * In the order of a real wire: what is lost takes no time of the rate, what leaves under the rate travels for the
 * delay. A frame keeps the time it was given when it came: changing an impairment loses none and lets none overtake.
 */
export class Line {
  readonly counts: LineCounts = {
    lost: 0,
    duplicated: 0,
    corrupted: 0,
    reordered: 0,
    swallowed: 0,
    overflowed: 0,
  };
  private impairment: EffectiveImpairment = {};
  private limit = 0;
  private sinceReordered = 0;
  private readonly queue = new DueQueue();
  private readonly rate = new RateMeter();
  private readonly jitter: Jitter;
  private readonly loss: Chance;
  private readonly burst: BurstChance;
  private readonly duplication: Chance;
  private readonly corruption: Chance;
  private readonly reordering: Chance;

  constructor(
    impairment: EffectiveImpairment | null,
    mtuBytes = 1500,
    private readonly random: Random = Math.random,
  ) {
    this.jitter = new Jitter(random);
    this.loss = new Chance(random);
    this.burst = new BurstChance(random);
    this.duplication = new Chance(random);
    this.corruption = new Chance(random);
    this.reordering = new Chance(random);
    this.set(impairment, mtuBytes);
  }

  set(impairment: EffectiveImpairment | null, mtuBytes = 1500): void {
    const asked = impairment ?? {};
    this.impairment = asked;
    this.limit = queueFramesOf(asked);
    this.jitter.set(asked);
    this.loss.set(asked.lossPercent, asked.lossCorrelationPercent);
    this.burst.set(asked.lossBurst);
    this.duplication.set(asked.duplicatePercent, undefined);
    this.corruption.set(asked.corruptPercent, undefined);
    this.reordering.set(asked.reorderPercent, asked.reorderCorrelationPercent);
    this.rate.set(asked.rateKbit ?? 0, burstBytesOf(asked, mtuBytes));
  }

  /** Frames on their way. */
  get length(): number {
    return this.queue.length;
  }

  /** When the first frame may leave; undefined while there is none. */
  get nextDueMs(): number | undefined {
    return this.queue.firstDueMs;
  }

  /** Takes in a frame, which is the line's from now on. */
  put(frame: Uint8Array, nowMs: number): void {
    const { blackhole, mtu } = this.impairment;
    if (blackhole === true || (mtu && packetBytes(frame) > mtu)) {
      this.counts.swallowed++;
      return;
    }
    if (this.loss.comesTrue() || this.burst.comesTrue()) {
      this.counts.lost++;
      return;
    }
    const isDouble = this.duplication.comesTrue();
    if (isDouble) this.counts.duplicated++;
    // Each by itself: one of the two may be damaged and the other not.
    if (isDouble) this.send(frame.slice(), nowMs);
    this.send(frame, nowMs);
  }

  /** The first frame, when its time has come. */
  take(nowMs: number): Uint8Array | undefined {
    return this.queue.take(nowMs);
  }

  private send(frame: Uint8Array, nowMs: number): void {
    if (this.queue.length >= this.limit) {
      this.counts.overflowed++;
      return;
    }
    if (this.corruption.comesTrue()) {
      corrupt(frame, this.random);
      this.counts.corrupted++;
    }
    const leavesAt = this.rate.leavesAt(wireBytes(frame), nowMs);
    const travelMs = this.overtakes() ? 0 : (this.impairment.delayMs ?? 0) + this.jitter.next();
    this.queue.put(frame, leavesAt + Math.max(0, travelMs));
  }

  /** Every n-th frame at most (`reorderGap`), and of those the ones that chance takes (netem_enqueue in sch_netem.c). */
  private overtakes(): boolean {
    const { reorderPercent, reorderGap } = this.impairment;
    if (!reorderPercent) return false;
    if (this.sinceReordered < (reorderGap || 1) - 1 || !this.reordering.comesTrue()) {
      this.sinceReordered++;
      return false;
    }
    this.sinceReordered = 0;
    this.counts.reordered++;
    return true;
  }
}
