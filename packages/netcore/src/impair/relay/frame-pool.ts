import { MAX_TAP_READ_BYTES } from "../../ffi/tap.js";

const SMALL_BYTES = 2_048;
/** Of each size: what a fast wire has under way, and no more memory than that is kept for good. */
const MOST_KEPT = { small: 16_384, large: 512 };

/**
 * Memory for frames, used again and again: what is not given back is garbage, and collecting that is a pause for every
 * frame that waits.
 */
export class FramePool {
  private readonly small: ArrayBufferLike[] = [];
  private readonly large: ArrayBufferLike[] = [];

  /** So many bytes of anything. */
  take(bytes: number): Uint8Array {
    if (bytes <= SMALL_BYTES) return new Uint8Array(this.small.pop() ?? new ArrayBuffer(SMALL_BYTES), 0, bytes);
    if (bytes > MAX_TAP_READ_BYTES) return new Uint8Array(bytes);
    return new Uint8Array(this.large.pop() ?? new ArrayBuffer(MAX_TAP_READ_BYTES), 0, bytes);
  }

  /** The frame's bytes are somebody else's from now on. Frames from elsewhere are left alone. */
  give({ buffer }: Uint8Array): void {
    if (buffer.byteLength === SMALL_BYTES) {
      if (this.small.length < MOST_KEPT.small) this.small.push(buffer);
    } else if (buffer.byteLength === MAX_TAP_READ_BYTES && this.large.length < MOST_KEPT.large) {
      this.large.push(buffer);
    }
  }
}
