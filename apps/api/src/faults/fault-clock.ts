import type { FaultRecord } from "../state/records.js";

/**
 * How long faults have run and have left, ms, on a clock nobody can set. Only what was running before this process
 * is placed by the wall clock, once.
 */
export class FaultClock {
  readonly #startedAt = new Map<string, number>();

  elapsedMs(fault: FaultRecord): number {
    let startedAt = this.#startedAt.get(fault.uid);
    if (startedAt === undefined) {
      const since = Date.now() - Date.parse(fault.startedAt);
      startedAt = performance.now() - Math.max(0, since);
      this.#startedAt.set(fault.uid, startedAt);
    }
    return performance.now() - startedAt;
  }

  /** 0 when it is due. */
  remainingMs(fault: FaultRecord): number {
    return Math.max(0, fault.spec.durationSeconds * 1000 - this.elapsedMs(fault));
  }

  forget(uid: string): void {
    this.#startedAt.delete(uid);
  }
}

/** When a fault ends by itself, ISO 8601. */
export function endsAt({ startedAt, spec }: FaultRecord): string {
  return new Date(Date.parse(startedAt) + spec.durationSeconds * 1000).toISOString();
}
