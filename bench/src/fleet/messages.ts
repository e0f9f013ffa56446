/** To the process of the simulated agents. */
export type ToFleet =
  | { type: "start"; url: string; nodes: string[] }
  /** Asks for the figures, and begins them anew. */
  | { type: "figures" };

/** From it. */
export type FromFleet =
  | { type: "connected"; count: number }
  /** An agent was told of a wire; `atMs` on the machine's monotonic clock. */
  | { type: "told"; node: string; link: string; state: string; atMs: number }
  | { type: "figures"; figures: FleetFigures };

export interface FleetFigures {
  agents: number;
  /** What each agent was sent since the figures were begun anew: bytes, and assignments. */
  bytes: number[];
  assignments: number[];
}

/** Milliseconds on a clock that all processes of the machine share (CLOCK_MONOTONIC). */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
