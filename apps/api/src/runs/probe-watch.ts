import { setTimeout as sleep } from "node:timers/promises";
import type { Outage, ScenarioProbe } from "@ratchet/contracts";
import { AgentCallError } from "../agents/agent-rpc.js";
import type { Core } from "../core.js";
import { ProblemError } from "../http/problem-error.js";
import { findPlace } from "../probes/find-place.js";
import { type Disturbance, ProbeLog } from "./probe-log.js";

const REPORT_MS = 200;
const RETRY_MS = 250;
const CALL_MS = 3_600_000;
/** Of all probes of a run together: what the store keeps of a series is bounded. */
const MAX_BUCKETS = 4800;
const MAX_BUCKETS_EACH = 600;

export interface ProbeSurroundings {
  core: Core;
  namespace: string;
  nowMs(): number;
  disturbances(): readonly Disturbance[];
  onOutage(probe: string, what: { began?: Outage; ended?: Outage }): void;
}

/** Keeps one probe going through a run: begun anew whenever its pod or its agent is back. */
export class ProbeWatch {
  readonly log: ProbeLog;
  readonly #probe: ScenarioProbe;
  readonly #around: ProbeSurroundings;
  readonly #stopped = new AbortController();
  readonly #done: Promise<void>;

  constructor(probe: ScenarioProbe, probeCount: number, around: ProbeSurroundings) {
    const { name, from, to, intervalMs } = probe;
    this.log = new ProbeLog(
      { name, from, to, intervalMs },
      Math.min(MAX_BUCKETS_EACH, Math.floor(MAX_BUCKETS / probeCount)),
    );
    this.#probe = probe;
    this.#around = around;
    this.#done = this.#follow();
  }

  /** Resolves when every packet sent before `untilMs` has met its fate, or cannot any more. */
  async settled(untilMs: number): Promise<void> {
    const { intervalMs, waitMs } = this.#probe;
    const giveUpMs = this.#around.nowMs() + waitMs + intervalMs + 2 * REPORT_MS;
    while (this.#around.nowMs() < giveUpMs && (this.log.newestMs ?? 0) < untilMs - intervalMs) await sleep(20);
  }

  /** Resolves when the agent has been told. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#done;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopped;
    const { nowMs } = this.#around;
    while (!signal.aborted) {
      try {
        await this.#call(signal);
      } catch (error) {
        if (signal.aborted) break;
        // What is neither an agent's nor the API's refusal is a mistake here; the run goes on and says it.
        const isKnown = error instanceof AgentCallError || error instanceof ProblemError;
        const message = isKnown ? error.message : `cannot measure: ${(error as Error).message}`;
        this.log.gapBegins(nowMs(), message);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
    this.log.gapEnds(nowMs());
  }

  async #call(signal: AbortSignal): Promise<void> {
    const { core, namespace, nowMs, disturbances, onOutage } = this.#around;
    const { name, from, to, intervalMs, waitMs, payloadBytes } = this.#probe;
    const { node, podUid, address } = findPlace(core.mirror.world, namespace, from, to);
    this.log.address = address;
    let offsetMs = Number.POSITIVE_INFINITY;
    const params = { podUid, address, intervalMs, waitMs, payloadBytes, reportMs: REPORT_MS };
    await core.agents.rpc.call(node, "probe", params, {
      signal,
      timeoutMs: CALL_MS,
      onProgress: (report) => {
        this.log.gapEnds(nowMs());
        // The report that was quickest on its way tells best where the agent's clock stands against this one.
        const betterMs = Math.min(offsetMs, nowMs() - report.nowMs);
        if (Number.isFinite(offsetMs)) this.log.movedEarlier(offsetMs - betterMs);
        offsetMs = betterMs;
        for (const { sentMs, rttMs } of report.samples)
          onOutage(name, this.log.add({ sentMs: sentMs + offsetMs, rttMs }, disturbances()));
      },
    });
  }
}
