import { errnoOf } from "../../ffi/errno.js";
import { lastErrno, libc } from "../../ffi/libc.js";
import { SystemError } from "../../ffi/system-error.js";
import { MAX_TAP_READ_BYTES } from "../../ffi/tap.js";
import type { DelayLine } from "./delay-line.js";

/** Frames read from the TAP device `from` leave through `to` after they have passed the line. */
export interface RelayDirection {
  from: number;
  to: number;
  line: DelayLine;
}

const POLLFD_BYTES = 8;
const POLLIN = 1;
/** Frames taken from one device before the others have their turn. */
const FRAMES_PER_TURN = 64;

/** Carries frames between descriptors. It owns neither the descriptors nor the clock's thread: `turn` does one round. */
export class RelayLoop {
  private readonly scratch = Buffer.alloc(MAX_TAP_READ_BYTES);
  private readonly timeout = Buffer.alloc(16);
  private polled = Buffer.alloc(0);

  constructor(private directions: readonly RelayDirection[] = []) {
    this.use(directions);
  }

  use(directions: readonly RelayDirection[]): void {
    this.directions = directions;
    this.polled = Buffer.alloc(Math.max(1, directions.length) * POLLFD_BYTES);
    directions.forEach(({ from }, i) => {
      this.polled.writeInt32LE(from, i * POLLFD_BYTES);
      this.polled.writeInt16LE(POLLIN, i * POLLFD_BYTES + 4);
    });
  }

  /** Waits for a frame or a frame's time, at most `maxWaitMs`, and carries what is due. Throws SystemError. */
  turn(maxWaitMs: number): void {
    this.wait(maxWaitMs);
    this.directions.forEach((direction, i) => {
      if (this.polled.readInt16LE(i * POLLFD_BYTES + 6) !== 0) this.takeIn(direction);
    });
    for (const direction of this.directions) this.letOut(direction);
  }

  private wait(maxWaitMs: number): void {
    const now = performance.now();
    let until = now + maxWaitMs;
    for (const { line } of this.directions) until = Math.min(until, line.nextDueMs ?? until);
    const waitNs = Math.max(0, Math.ceil((until - now) * 1e6));
    this.timeout.writeBigInt64LE(BigInt(Math.floor(waitNs / 1e9)), 0);
    this.timeout.writeBigInt64LE(BigInt(waitNs % 1e9), 8);
    if (libc.ppoll(this.polled, this.directions.length, this.timeout, null) >= 0) return;
    const errno = lastErrno();
    if (errno !== errnoOf("EINTR")) throw new SystemError("ppoll", errno, "relay");
    for (let i = 0; i < this.directions.length; i++) this.polled.writeInt16LE(0, i * POLLFD_BYTES + 6);
  }

  private takeIn({ from, line }: RelayDirection): void {
    for (let n = 0; n < FRAMES_PER_TURN; n++) {
      const length = libc.read(from, this.scratch, this.scratch.length);
      // Empty, or the device is down or gone: its owner hears of that from the kernel.
      if (length <= 0) return;
      line.put(Uint8Array.prototype.slice.call(this.scratch, 0, length), performance.now());
    }
  }

  private letOut({ to, line }: RelayDirection): void {
    const now = performance.now();
    // A device that does not take a frame drops it, as any device does.
    for (let frame = line.take(now); frame !== undefined; frame = line.take(now)) libc.write(to, frame, frame.length);
  }
}
