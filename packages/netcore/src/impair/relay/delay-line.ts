import type { EffectiveImpairment } from "@ratchet/contracts";
import { queueFramesOf } from "../../model/impairment-queue.js";

/**
 * One direction's frames on their way, in the order they came. Times are milliseconds of one monotonic clock.
 *
 * A frame keeps the delay that held when it came: changing the delay loses none and lets none overtake.
 */
export class DelayLine {
  /** Frames refused because the line was full. */
  overflows = 0;
  private impairment: EffectiveImpairment = {};
  private limit = 0;
  private frames: Uint8Array[] = [];
  private dues: number[] = [];
  private head = 0;

  constructor(impairment: EffectiveImpairment | null) {
    this.set(impairment);
  }

  set(impairment: EffectiveImpairment | null): void {
    this.impairment = impairment ?? {};
    this.limit = queueFramesOf(this.impairment);
  }

  get length(): number {
    return this.frames.length - this.head;
  }

  /** When the first frame may leave; undefined while there is none. */
  get nextDueMs(): number | undefined {
    return this.dues[this.head];
  }

  put(frame: Uint8Array, nowMs: number): void {
    if (this.impairment.blackhole === true) return;
    if (this.length >= this.limit) {
      this.overflows++;
      return;
    }
    this.frames.push(frame);
    this.dues.push(nowMs + (this.impairment.delayMs ?? 0));
  }

  /** The first frame, when its time has come. */
  take(nowMs: number): Uint8Array | undefined {
    const due = this.dues[this.head];
    if (due === undefined || due > nowMs) return undefined;
    const frame = this.frames[this.head++];
    // Moving what is left up costs nothing on average when it is done at every doubling only.
    if (this.head > 64 && this.head * 2 > this.frames.length) {
      this.frames = this.frames.slice(this.head);
      this.dues = this.dues.slice(this.head);
      this.head = 0;
    }
    return frame;
  }
}
