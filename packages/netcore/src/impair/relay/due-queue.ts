/** Frames by the time they are due; those due at the same time in the order they came. A binary heap. */
export class DueQueue {
  private readonly dues: number[] = [];
  private readonly orders: number[] = [];
  private readonly frames: Uint8Array[] = [];
  private came = 0;

  get length(): number {
    return this.frames.length;
  }

  /** When the first is due. */
  get firstDueMs(): number | undefined {
    return this.dues[0];
  }

  put(frame: Uint8Array, dueMs: number): void {
    let at = this.frames.length;
    this.dues.push(dueMs);
    this.orders.push(this.came++);
    this.frames.push(frame);
    // A steady delay never goes through this loop: what comes last is due last.
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  /** The first frame, if it is due. */
  take(nowMs: number): Uint8Array | undefined {
    const due = this.dues[0];
    if (due === undefined || due > nowMs) return undefined;
    const frame = this.frames[0];
    this.swap(0, this.frames.length - 1);
    this.frames.pop();
    this.dues.pop();
    this.orders.pop();
    this.sink();
    return frame;
  }

  private sink(): void {
    const { length } = this.frames;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= length) return;
      const right = left + 1;
      const child = right < length && this.isBefore(right, left) ? right : left;
      if (!this.isBefore(child, at)) return;
      this.swap(child, at);
      at = child;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const difference = this.dues[a]! - this.dues[b]!;
    return difference < 0 || (difference === 0 && this.orders[a]! < this.orders[b]!);
  }

  private swap(a: number, b: number): void {
    for (const list of [this.dues, this.orders, this.frames] as unknown[][]) {
      const kept = list[a];
      list[a] = list[b];
      list[b] = kept;
    }
  }
}
