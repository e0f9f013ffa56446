import { errnoOf } from "../../ffi/errno.js";
import { lastErrno, libc } from "../../ffi/libc.js";
import { SystemError } from "../../ffi/system-error.js";
import { MAX_TAP_READ_BYTES } from "../../ffi/tap.js";
import { clearWakeFd } from "../../ffi/wake-fd.js";
import { FramePool } from "./frame-pool.js";
import type { Line } from "./line.js";

/** One direction: frames read from its TAP device leave through the same device after they have passed the line. */
export interface RelayDirection {
  tap: string;
  fd: number;
  line: Line;
  /** Lets out what it holds and is then done with. */
  isEnding: boolean;
}

export interface RelayLoopEvents {
  /** Its device is gone. The direction has been left out; its descriptor is the caller's to close. */
  lost(direction: RelayDirection): void;
  /** Nothing is on its way any more. Left out likewise. */
  drained(direction: RelayDirection): void;
}

const POLLFD_BYTES = 8;
const POLLIN = 0x1;
const POLLERR_HUP_NVAL = 0x38;
/** Frames taken from one device before the others have their turn. */
const FRAMES_PER_TURN = 64;
/** A line that ends takes in what the kernel still had for its device; nothing for so long means that it is over, ms. */
const LINGER_MS = 20;

/** Carries frames. It owns neither the descriptors nor the thread: `turn` does one round. */
export class RelayLoop {
  private readonly scratch = Buffer.alloc(MAX_TAP_READ_BYTES);
  private readonly timeout = Buffer.alloc(16);
  private readonly directions: RelayDirection[] = [];
  private readonly lastTaken = new Map<RelayDirection, number>();
  private polled = Buffer.alloc(0);

  /** Of the lines' frames. */
  readonly pool = new FramePool();

  /** `wakeFd` ends a wait early (wake-fd.ts); -1 = nobody does. */
  constructor(
    private readonly events: RelayLoopEvents,
    private readonly wakeFd = -1,
  ) {
    this.arrange();
  }

  add(direction: RelayDirection): void {
    this.directions.push(direction);
    this.arrange();
  }

  find(tap: string): RelayDirection | undefined {
    return this.directions.find((direction) => direction.tap === tap);
  }

  /** Waits for a frame or a frame's time, at most `maxWaitMs`, and carries what is due. Throws SystemError. */
  turn(maxWaitMs: number): void {
    this.wait(maxWaitMs);
    if (this.eventsOf(0) !== 0) clearWakeFd(this.wakeFd);
    const lost: RelayDirection[] = [];
    this.directions.forEach((direction, i) => {
      const events = this.eventsOf(i + 1);
      if ((events & POLLIN) !== 0) this.takeIn(direction);
      if ((events & POLLERR_HUP_NVAL) !== 0) lost.push(direction);
    });
    for (const direction of this.directions) this.letOut(direction);
    for (const direction of lost) {
      this.leaveOut(direction);
      this.events.lost(direction);
    }
    for (const direction of this.directions.filter((one) => one.isEnding && this.isOver(one))) {
      this.leaveOut(direction);
      this.events.drained(direction);
    }
  }

  private arrange(): void {
    this.polled = Buffer.alloc((this.directions.length + 1) * POLLFD_BYTES);
    // Entries with a negative descriptor are passed over (poll(2)).
    [this.wakeFd, ...this.directions.map(({ fd }) => fd)].forEach((fd, i) => {
      this.polled.writeInt32LE(fd, i * POLLFD_BYTES);
      this.polled.writeInt16LE(POLLIN, i * POLLFD_BYTES + 4);
    });
  }

  private leaveOut(direction: RelayDirection): void {
    this.directions.splice(this.directions.indexOf(direction), 1);
    this.lastTaken.delete(direction);
    this.arrange();
  }

  private isOver(direction: RelayDirection): boolean {
    return direction.line.length === 0 && performance.now() - this.takenAt(direction) >= LINGER_MS;
  }

  private takenAt(direction: RelayDirection): number {
    let at = this.lastTaken.get(direction);
    if (at === undefined) this.lastTaken.set(direction, (at = performance.now()));
    return at;
  }

  private eventsOf(position: number): number {
    return this.polled.readInt16LE(position * POLLFD_BYTES + 6);
  }

  private wait(maxWaitMs: number): void {
    const now = performance.now();
    let until = now + maxWaitMs;
    for (const direction of this.directions) {
      until = Math.min(until, direction.line.nextDueMs ?? until);
      // While it holds frames, those say when to look: or this would not wait at all until the last has left.
      if (direction.isEnding && direction.line.length === 0) {
        until = Math.min(until, this.takenAt(direction) + LINGER_MS);
      }
    }
    const waitNs = Math.max(0, Math.ceil((until - now) * 1e6));
    this.timeout.writeBigInt64LE(BigInt(Math.floor(waitNs / 1e9)), 0);
    this.timeout.writeBigInt64LE(BigInt(waitNs % 1e9), 8);
    const count = this.directions.length + 1;
    if (libc.ppoll(this.polled, count, this.timeout, null) >= 0) return;
    const errno = lastErrno();
    if (errno !== errnoOf("EINTR")) throw new SystemError("ppoll", errno, "relay");
    for (let i = 0; i < count; i++) this.polled.writeInt16LE(0, i * POLLFD_BYTES + 6);
  }

  private takeIn(direction: RelayDirection): void {
    for (let n = 0; n < FRAMES_PER_TURN; n++) {
      const length = libc.read(direction.fd, this.scratch, this.scratch.length);
      // Empty, or the device is down or gone: its owner hears of that from the kernel.
      if (length <= 0) return;
      const now = performance.now();
      if (direction.isEnding) this.lastTaken.set(direction, now);
      // Its length is known only now, and most are far smaller than what could have come.
      const frame = this.pool.take(length);
      frame.set(length === this.scratch.length ? this.scratch : this.scratch.subarray(0, length));
      direction.line.put(frame, now);
    }
  }

  private letOut({ fd, line }: RelayDirection): void {
    const now = performance.now();
    // A device that does not take a frame drops it, as any device does.
    for (let frame = line.take(now); frame !== undefined; frame = line.take(now)) {
      libc.write(fd, frame, frame.length);
      this.pool.give(frame);
    }
  }
}
