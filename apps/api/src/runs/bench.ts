import type { Core } from "../core.js";
import type { Undo } from "../state/records.js";
import type { ProbeLog } from "./probe-log.js";

/** What a step works with. */
export interface Bench {
  core: Core;
  namespace: string;
  /** Name of the run. */
  run: string;
  /** Who is named in the history. */
  actor: string;
  /** ms since the run began */
  nowMs(): number;
  /** ms until everything has to be healed; never below zero */
  remainingMs(): number;
  probe(name: string): ProbeLog | undefined;
  /** Resolves when the store holds what is about to be changed, so that whoever comes after can put it back. */
  willChange(undo: Undo): Promise<void>;
  /** A name for a fault of this run that no other has. */
  nameFault(): string;
  /** What the run has changed until now. */
  readonly undo: readonly Undo[];
}

/** What a look found. */
export interface Finding {
  holds: boolean;
  message: string;
}
