import type { EffectiveImpairment } from "@ratchet/contracts";
import { burstBytesOf, queueFramesOf } from "../../model/impairment-queue.js";
import { BurstChance, Chance, type Random } from "./chance.js";
import { DueQueue } from "./due-queue.js";
import { corrupt, packetBytes, wireBytes } from "./frame.js";
import { FramePool } from "./frame-pool.js";
import { Jitter } from "./jitter.js";
import { RateMeter } from "./rate-meter.js";
import { cutSegment, pieceBytes, type Segment, segmentOf } from "./segments.js";

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

/** Frames that leave together under a rate: what passes in so long, ms. Finer than any timer that matters. */
const TOGETHER_MS = 1;

/**
 * One direction's frames on their way. Times are milliseconds of one monotonic clock.
 *
 * In the order of a real wire: what is lost takes no time of the rate, what leaves under the rate travels for the
 * delay. A frame keeps the time it was given when it came: changing an impairment loses none and lets none overtake.
 * A segment of many frames is cut where its frames do not all fare the same.
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
  private waiting = 0;
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
    /** Where the memory of frames that are no more goes. */
    private readonly pool = new FramePool(),
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
    return this.waiting;
  }

  /** When the first frame may leave; undefined while there is none. */
  get nextDueMs(): number | undefined {
    return this.queue.firstDueMs;
  }

  /** Takes in a frame, or a segment of several, which is the line's from now on. */
  put(frame: Uint8Array, nowMs: number): void {
    const { blackhole, mtu } = this.impairment;
    if (blackhole === true || (mtu && packetBytes(frame) > mtu)) {
      this.counts.swallowed++;
      this.pool.give(frame);
      return;
    }
    const segment = segmentOf(frame);
    if (segment !== undefined) {
      this.putSegment(frame, segment, nowMs);
      return;
    }
    if (this.isLost()) {
      this.pool.give(frame);
      return;
    }
    // Each by itself: one of the two may be damaged and the other not.
    if (this.isDoubled()) this.send(this.copyOf(frame), undefined, nowMs);
    this.send(frame, undefined, nowMs);
  }

  /** The first frame, when its time has come. */
  take(nowMs: number): Uint8Array | undefined {
    const frame = this.queue.take(nowMs);
    if (frame !== undefined) this.waiting -= segmentOf(frame)?.frames ?? 1;
    return frame;
  }

  private putSegment(frame: Uint8Array, segment: Segment, nowMs: number): void {
    const together = this.mayLeaveTogether(segment);
    let begin = 0;
    let isPassedOn = false;
    const sendUntil = (end: number) => {
      if (end > begin) isPassedOn = this.sendPiece(frame, segment, begin, end, nowMs);
      begin = end;
    };
    for (let n = 0; n < segment.frames; n++) {
      if (this.isLost()) {
        sendUntil(n);
        begin = n + 1;
      } else if (this.isDoubled()) {
        sendUntil(n);
        this.sendPiece(frame, segment, n, n + 1, nowMs);
      }
      if (n + 1 - begin >= together) sendUntil(n + 1);
    }
    sendUntil(segment.frames);
    if (!isPassedOn) this.pool.give(frame);
  }

  /** How many frames of a segment fare the same as far as time goes. */
  private mayLeaveTogether({ sizeBytes, headerBytes }: Segment): number {
    const { jitterMs, reorderPercent, rateKbit } = this.impairment;
    if (jitterMs || reorderPercent) return 1;
    // kbit/s are bits a millisecond
    if (rateKbit) return Math.max(1, Math.floor((rateKbit * TOGETHER_MS) / 8 / (sizeBytes + headerBytes)));
    return Number.POSITIVE_INFINITY;
  }

  /** True when the piece was the whole, which is not the caller's any more then. */
  private sendPiece(frame: Uint8Array, segment: Segment, from: number, to: number, nowMs: number): boolean {
    const { frames } = segment;
    if (from === 0 && to === frames) {
      this.send(frame, segment, nowMs);
      return true;
    }
    const piece = this.pool.take(pieceBytes(frame, segment, from, to));
    cutSegment(frame, segment, from, to, piece);
    this.send(piece, to - from === 1 ? undefined : { ...segment, frames: to - from }, nowMs);
    return false;
  }

  private isLost(): boolean {
    // Both are asked each time: each has a memory of its own.
    const [isLost, isInBurst] = [this.loss.comesTrue(), this.burst.comesTrue()];
    if (!isLost && !isInBurst) return false;
    this.counts.lost++;
    return true;
  }

  private isDoubled(): boolean {
    if (!this.duplication.comesTrue()) return false;
    this.counts.duplicated++;
    return true;
  }

  private copyOf(frame: Uint8Array): Uint8Array {
    const copy = this.pool.take(frame.length);
    copy.set(frame);
    return copy;
  }

  private send(frame: Uint8Array, segment: Segment | undefined, nowMs: number): void {
    const frames = segment?.frames ?? 1;
    const room = this.limit - this.waiting;
    if (frames > room) {
      this.counts.overflowed += frames - Math.max(0, room);
      if (segment !== undefined && room > 0) this.sendPiece(frame, segment, 0, room, nowMs);
      this.pool.give(frame);
      return;
    }
    if (this.corruption.comesTrue()) {
      corrupt(frame, this.random);
      this.counts.corrupted++;
    }
    const bytes = wireBytes(frame) + (frames - 1) * (segment?.headerBytes ?? 0);
    const leavesAt = this.rate.leavesAt(bytes, nowMs);
    const travelMs = this.overtakes() ? 0 : (this.impairment.delayMs ?? 0) + this.jitter.next();
    this.waiting += frames;
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
