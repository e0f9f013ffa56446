import type { Lease } from "../store.js";
import { StoreError } from "../store-error.js";
import type { Clock } from "./clock.js";

interface HeldLease {
  ttlSeconds: number;
  deadlineMs: number;
  keys: Set<string>;
}

/** The leases, their keys and deadlines, in memory. `onDue` is called when one may have run out: see due(). */
export class Leases {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  readonly #held = new Map<string, HeldLease>();
  #alarm: { atMs: number; cancel: () => void } | undefined;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  add(id: string, ttlSeconds: number, keys: Iterable<string> = []): void {
    const deadlineMs = this.#clock.now() + ttlSeconds * 1000;
    this.#held.set(id, { ttlSeconds, deadlineMs, keys: new Set(keys) });
    this.#setAlarm(deadlineMs);
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }

  /** Ends the lease; returns the keys that go with it and how long it was for. */
  remove(id: string): { ttlSeconds: number; keys: string[] } | undefined {
    const lease = this.#held.get(id);
    this.#held.delete(id);
    return lease && { ttlSeconds: lease.ttlSeconds, keys: [...lease.keys] };
  }

  attach(id: string, key: string, isAttached: boolean): void {
    const keys = this.#held.get(id)?.keys;
    if (isAttached) keys?.add(key);
    else keys?.delete(key);
  }

  /** @throws StoreError LeaseNotFound */
  keepAlive(id: string): Lease {
    const lease = this.#held.get(id);
    if (lease === undefined) throw leaseNotFound(id);
    lease.deadlineMs = this.#clock.now() + lease.ttlSeconds * 1000;
    return { id, ttlSeconds: lease.ttlSeconds };
  }

  /** The leases whose time is over. Sets the alarm for the next one. */
  due(): string[] {
    const now = this.#clock.now();
    const due: string[] = [];
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [id, { deadlineMs }] of this.#held) {
      if (deadlineMs <= now) due.push(id);
      else nextMs = Math.min(nextMs, deadlineMs);
    }
    if (nextMs !== Number.POSITIVE_INFINITY) this.#setAlarm(nextMs);
    return due;
  }

  close(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
    this.#held.clear();
  }

  // A lease kept alive does not move the alarm: it rings early, finds nothing due, and is set for the new deadline.
  #setAlarm(atMs: number): void {
    if (this.#alarm !== undefined && this.#alarm.atMs <= atMs) return;
    this.#alarm?.cancel();
    const cancel = this.#clock.after(Math.max(0, atMs - this.#clock.now()), () => {
      this.#alarm = undefined;
      this.#onDue();
    });
    this.#alarm = { atMs, cancel };
  }
}

export function leaseNotFound(id: string): StoreError {
  return new StoreError("LeaseNotFound", `lease ${JSON.stringify(id)} does not exist or has expired`);
}
