import type { AgentTelemetry, AssignedWire, PortRef, ProbeRow } from "@ratchet/contracts";
import type { Log } from "../log.js";
import { type Counters, wireRows } from "./wire-rows.js";

export interface PanelSources {
  /** One dump, whatever the number of pods. */
  readCounters(): Counters;
  wires(): Iterable<AssignedWire>;
  /** Index of a port's half in the panel. */
  indexOf(port: PortRef): number | undefined;
  /** What became of echoes since the last time. */
  probes(): ProbeRow[];
}

/** Says how much the wires carry, as often as the API wishes; unwished it costs nothing. */
export class PanelTelemetry {
  private timer: NodeJS.Timeout | undefined;
  private before: { counters: Counters; atMs: number } | undefined;
  private intervalMs = 0;

  constructor(
    private readonly sources: PanelSources,
    private readonly send: (frame: AgentTelemetry) => void,
    private readonly log: Log,
  ) {}

  /** 0 = off. Counting goes on across a change of the interval. */
  wish(intervalMs: number): void {
    if (intervalMs === this.intervalMs) return;
    clearInterval(this.timer);
    const wasOff = this.intervalMs === 0;
    this.intervalMs = intervalMs;
    if (intervalMs === 0) {
      this.before = undefined;
      return;
    }
    if (wasOff) this.tick();
    this.timer = setInterval(() => this.tick(), intervalMs);
  }

  stop(): void {
    this.wish(0);
  }

  private tick(): void {
    let counters: Counters;
    try {
      counters = this.sources.readCounters();
    } catch (error) {
      // The next one counts for both.
      this.log("warn", "the panel's counters cannot be read", { error: (error as Error).message });
      return;
    }
    const atMs = performance.now();
    const { before } = this;
    this.before = { counters, atMs };
    if (before === undefined) return;
    const rows = wireRows(this.sources.wires(), (port) => this.sources.indexOf(port), before.counters, counters);
    this.send({ type: "telemetry", intervalMs: atMs - before.atMs, rows, probes: this.sources.probes() });
  }
}
