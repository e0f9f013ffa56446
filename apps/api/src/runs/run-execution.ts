import { setTimeout as sleep } from "node:timers/promises";
import type { Outage, RunSeries } from "@ratchet/contracts";
import { keys } from "@ratchet/contracts";
import type { Core } from "../core.js";
import type { ScenarioRunRecord, Undo } from "../state/records.js";
import type { Bench } from "./bench.js";
import { DISTURBING } from "./disturbing.js";
import { perform } from "./perform/perform.js";
import { type PlannedStep, planRun } from "./plan-run.js";
import type { Disturbance } from "./probe-log.js";
import { ProbeWatch } from "./probe-watch.js";
import { type PutBack, putBack } from "./put-back.js";
import { RunFile } from "./run-file.js";
import { advance, type Happening, noted, type Progress, todo } from "./step-machine.js";

/** How long teardown steps and putting back may take together, beyond which the run ends as it is. */
const TEARDOWN_MS = 60_000;
const PUT_BACK_AGAIN_MS = 500;
/** How long the first packets of the probes are waited for before the first step. */
const WARM_UP_MS = 1500;
const LIVE_EVERY_MS = 1000;

/**
 * Carries one run out, from where its record says it is. What to do next is decided by the step machine; this performs
 * it and writes down what came of it.
 */
export class RunExecution {
  readonly key: string;
  readonly #core: Core;
  readonly #record: ScenarioRunRecord;
  readonly #plan: PlannedStep[];
  readonly #file: RunFile;
  readonly #running = new Map<string, AbortController>();
  readonly #tearDownLate = new AbortController();
  readonly #undo: Undo[];
  readonly #disturbances: Disturbance[] = [];
  readonly #zeroMs: number;
  /** ISO 8601 */
  readonly #startedAt: string;
  readonly #timers: NodeJS.Timeout[] = [];
  #probes: ProbeWatch[] = [];
  #warming: Promise<void> | undefined;
  #isWarm = false;
  #progress: Progress;
  #ending: Promise<void> | undefined;
  #restoring: Promise<void> | undefined;
  #isTearDownLimited = false;
  /** How many of the changes have been put back. */
  #putBackUpTo = 0;
  #faults: number;
  #isAbandoned = false;
  #resolve: () => void = () => {};
  readonly done = new Promise<void>((resolve) => {
    this.#resolve = resolve;
  });

  /** `record`: as the store has it, owned by this process. */
  constructor(core: Core, record: ScenarioRunRecord, owner: string) {
    this.key = keys.scenarioRun(record.namespace, record.name);
    this.#core = core;
    this.#record = record;
    this.#plan = planRun(record.spec.source, record.spec.seed);
    this.#progress = record.status;
    this.#undo = [...record.undo];
    this.#faults = this.#undo.length;
    const { startedAt } = record.status;
    // Only what ran before this process is placed by the wall clock, once.
    const ranMs = startedAt === null ? 0 : Math.max(0, Date.now() - Date.parse(startedAt));
    this.#zeroMs = performance.now() - ranMs;
    this.#startedAt = startedAt ?? new Date().toISOString();
    this.#file = new RunFile(core, this.key, owner, () => this.abandon());
  }

  /** Begins, or tears down what another process had begun: a measurement with a hole in it is none. */
  start(): void {
    const deadlineMs = this.#remainingMs();
    this.#timers.push(setTimeout(() => this.stop("Deadline", "the run's deadline has come"), deadlineMs));
    this.#timers.push(setInterval(() => this.#probes.length > 0 && this.#write(), LIVE_EVERY_MS));
    if (this.#record.status.startedAt === null) {
      this.#happen({ type: "begun", atMs: this.#nowMs() });
    } else {
      this.stop("Interrupted", "the control plane that carried it out has ended");
      const atMs = this.#nowMs();
      for (const { id, state } of this.#progress.steps) {
        if (state === "running") this.#happen({ type: "step-ended", id, atMs, isOk: false, message: "interrupted" });
      }
    }
    this.#pump();
  }

  /** Begins nothing more but the teardown. */
  stop(reason: "Cancelled" | "Deadline" | "Interrupted", message: string): void {
    if (this.#ending !== undefined) return;
    this.#happen({ type: "stop", reason, atMs: this.#nowMs(), message });
    this.#pump();
  }

  /** Lets go at once and writes nothing more: another process has the run, or will. */
  abandon(): void {
    this.#isAbandoned = true;
    for (const abort of this.#running.values()) abort.abort(new Error("abandoned"));
    this.#tearDownLate.abort(new Error("abandoned"));
    this.#file.close();
    this.#leave();
  }

  series(): RunSeries {
    return { probes: this.#probes.map(({ log }) => log.series()) };
  }

  #nowMs(): number {
    return performance.now() - this.#zeroMs;
  }

  #remainingMs(): number {
    return Math.max(0, this.#record.spec.source.deadlineSeconds * 1000 - this.#nowMs());
  }

  #happen(what: Happening): void {
    const before = this.#progress;
    this.#progress = advance(before, this.#plan, what);
    if (before.phase !== "TearingDown" && this.#progress.phase === "TearingDown") this.#limitTearDown();
    if (before !== this.#progress) this.#write();
  }

  #limitTearDown(): void {
    if (this.#isTearDownLimited) return;
    this.#isTearDownLimited = true;
    const late = () => this.#tearDownLate.abort(new Error(`not done within ${TEARDOWN_MS / 1000} s`));
    this.#timers.push(setTimeout(late, TEARDOWN_MS));
  }

  #pump(): void {
    if (this.#isAbandoned || this.#ending !== undefined) return;
    const { begin, cancel, isOver } = todo(this.#progress, this.#plan);
    for (const id of cancel) this.#running.get(id)?.abort(new Error("cut short"));
    const steps = begin.flatMap((id) => this.#plan.find((step) => step.id === id) ?? []);
    if (steps[0]?.section === "steps" && !this.#isWarm) {
      this.#warming ??= this.#beginProbes().then(() => {
        this.#isWarm = true;
        this.#pump();
      });
      return;
    }
    const isBroken = this.#undo.length > this.#putBackUpTo;
    if (isBroken && this.#running.size === 0 && (isOver || steps[0]?.section === "teardown")) {
      // Before the teardown: what it looks at shall be as it was.
      this.#restoring ??= this.#restore().then(() => {
        this.#restoring = undefined;
        this.#pump();
      });
      return;
    }
    for (const step of steps) void this.#carryOut(step);
    if (isOver && this.#running.size === 0) this.#ending = this.#end();
  }

  async #beginProbes(): Promise<void> {
    const { probes } = this.#record.spec.source;
    const around = {
      core: this.#core,
      namespace: this.#record.namespace,
      nowMs: () => this.#nowMs(),
      disturbances: () => this.#disturbances,
      onOutage: (probe: string, what: { began?: Outage; ended?: Outage }) => this.#onOutage(probe, what),
    };
    this.#probes = probes.map((probe) => new ProbeWatch(probe, probes.length, around));
    const untilMs = performance.now() + WARM_UP_MS;
    while (performance.now() < untilMs && this.#probes.some(({ log }) => log.newestMs === null)) await sleep(10);
  }

  #onOutage(probe: string, { began, ended }: { began?: Outage; ended?: Outage }): void {
    // Written with the next tick: of a lossy link each packet could be one.
    if (began) {
      const event = { atMs: began.firstLostMs, type: "outage-began", about: probe, message: "" } as const;
      this.#progress = noted(this.#progress, event);
    }
    if (ended) {
      const message = `${ended.lost} packets lost in ${Math.round(ended.durationMs)} ms`;
      this.#progress = noted(this.#progress, {
        atMs: ended.recoveredMs ?? 0,
        type: "outage-ended",
        about: probe,
        message,
      });
    }
  }

  async #carryOut(step: PlannedStep): Promise<void> {
    const { id } = step;
    const abort = new AbortController();
    this.#running.set(id, abort);
    const atMs = this.#nowMs();
    if (DISTURBING.has(step.kind)) this.#disturbances.push({ id, atMs });
    this.#happen({ type: "step-begun", id, atMs });
    const signal = AbortSignal.any([abort.signal, this.#tearDownLate.signal]);
    let isOk = false;
    let message: string;
    try {
      message = await perform(step, this.#bench(), signal);
      isOk = true;
    } catch (error) {
      message = (error as Error).message;
    }
    this.#running.delete(id);
    if (this.#isAbandoned) return;
    this.#happen({ type: "step-ended", id, atMs: this.#nowMs(), isOk, message });
    this.#pump();
  }

  async #end(): Promise<void> {
    const endMs = this.#nowMs();
    await Promise.all(this.#probes.map((probe) => probe.settled(endMs)));
    await Promise.all(this.#probes.map((probe) => probe.stop()));
    if (this.#isAbandoned) return;
    this.#progress = advance(this.#progress, this.#plan, { type: "finished", atMs: this.#nowMs() });
    await this.#file.finish(this.#shown(), this.#undo, this.series());
    this.#leave();
  }

  async #restore(): Promise<void> {
    this.#limitTearDown();
    const changes = this.#undo.slice(this.#putBackUpTo);
    const done = await this.#putBack(changes);
    this.#putBackUpTo += changes.length;
    if (this.#isAbandoned) return;
    for (const { about, isOk, message } of done) {
      this.#happen({ type: "put-back", atMs: this.#nowMs(), about, isOk, message });
    }
  }

  /** Again and again while something fails: the store may be away. */
  async #putBack(changes: readonly Undo[]): Promise<PutBack[]> {
    const { signal } = this.#tearDownLate;
    const done: PutBack[] = [];
    for (;;) {
      const tried = await putBack(changes, this.#bench(), signal).catch((error: Error) => [
        { about: "teardown", isOk: false, message: error.message },
      ]);
      done.push(...tried.filter(({ isOk }) => isOk));
      const failed = tried.filter(({ isOk }) => !isOk);
      if (failed.length === 0 || signal.aborted) return [...done, ...failed];
      await sleep(PUT_BACK_AGAIN_MS);
    }
  }

  #leave(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const probe of this.#probes) void probe.stop();
    this.#resolve();
  }

  #write(): void {
    this.#file.write(this.#shown(), this.#undo);
  }

  #shown(): ScenarioRunRecord["status"] {
    const startedMs = Date.parse(this.#startedAt);
    const isFinal = this.#progress.events.at(-1)?.type === "run-ended";
    const durationMs = isFinal ? this.#nowMs() : null;
    return {
      ...this.#progress,
      by: this.#record.status.by,
      startedAt: this.#startedAt,
      deadlineAt: new Date(startedMs + this.#record.spec.source.deadlineSeconds * 1000).toISOString(),
      endedAt: durationMs === null ? null : new Date(startedMs + durationMs).toISOString(),
      durationMs,
      probes: this.#probes.map(({ log }) => log.shown()),
    };
  }

  #bench(): Bench {
    const { namespace, name, status } = this.#record;
    return {
      core: this.#core,
      namespace,
      run: name,
      actor: `${status.by} (run ${name})`,
      undo: this.#undo,
      nowMs: () => this.#nowMs(),
      remainingMs: () => this.#remainingMs(),
      probe: (probe) => this.#probes.find(({ log }) => log.shown().name === probe)?.log,
      nameFault: () => `${name.slice(0, 55)}-f${++this.#faults}`,
      willChange: async (undo) => {
        this.#undo.push(undo);
        await this.#file.write(this.#shown(), this.#undo);
      },
    };
  }
}
