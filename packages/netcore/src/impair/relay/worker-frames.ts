import type { EffectiveImpairment } from "@ratchet/contracts";

/** What the relay's main thread tells the one that carries frames. */
export type ToWorker =
  | { type: "add"; tap: string; fd: number; impairment: EffectiveImpairment; mtuBytes: number }
  | { type: "change"; tap: string; impairment: EffectiveImpairment; mtuBytes: number }
  | { type: "end"; tap: string }
  /** The thread ends, and with it every line. */
  | { type: "stop" };

/**
 * What it hears back. `took`: frames that come from now on suffer this. `lost`, `drained`: the descriptor is not used
 * any more and may be closed.
 */
export type FromWorker =
  | { type: "took"; tap: string; fd: number; impairment: EffectiveImpairment }
  | { type: "lost" | "drained"; tap: string; fd: number };

export interface WorkerData {
  wakeFd: number;
}
