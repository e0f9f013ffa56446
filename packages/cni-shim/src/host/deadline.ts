import { CNI_ERROR } from "@ratchet/contracts/cni-names";
import { CniError } from "../error.js";

/** Counts from the start of the process's work. */
export class Deadline {
  readonly #endsAtMs: number;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number, lengthMs: number, startedAtMs = nowMs()) {
    this.#nowMs = nowMs;
    this.#endsAtMs = startedAtMs + lengthMs;
  }

  /** Milliseconds left, at most `limitMs`, never below 0. */
  left(limitMs = Number.POSITIVE_INFINITY): number {
    return Math.max(0, Math.min(this.#endsAtMs - this.#nowMs(), limitMs));
  }
}

export function deadlineError(what: string): CniError {
  return new CniError(CNI_ERROR.tryAgainLater, `${what} did not end within the deadline`, "try again later");
}
