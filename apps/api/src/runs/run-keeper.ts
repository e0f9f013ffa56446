import { randomUUID } from "node:crypto";
import { FINAL_RUN_PHASES, type RunSeries } from "@ratchet/contracts";
import type { Core } from "../core.js";
import { NotLeading } from "../replicas/leader.js";
import type { ScenarioRunRecord } from "../state/records.js";
import { RunExecution } from "./run-execution.js";
import { revisionOf } from "./run-of.js";

const RETRY_MS = 1000;
/** How long a process that is told to end waits for its runs to be torn down. */
const STOP_WITHIN_MS = 5000;

/**
 * Has every run that is not over carried out by the leader: takes new ones, tears down what a process that died left in
 * the middle, and lets go of its runs when another replica leads.
 */
export class RunKeeper {
  readonly #core: Core;
  readonly #owner = randomUUID();
  readonly #executions = new Map<string, RunExecution>();
  readonly #taking = new Set<string>();
  #retry: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(core: Core) {
    this.#core = core;
    core.mirror.onChange(({ scenarioRuns }) => {
      for (const key of scenarioRuns) this.#look(key);
    });
    core.leader.onChange(() => this.#lookAtAll());
    this.#lookAtAll();
  }

  /** Of a run that this process carries out. */
  liveSeries(key: string): RunSeries | undefined {
    return this.#executions.get(key)?.series();
  }

  /** Tears down what it can in a few seconds; the rest is for whoever comes after, and for the deadlines. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    const executions = [...this.#executions.values()];
    if (executions.length === 0) return;
    for (const execution of executions)
      execution.stop("Interrupted", "the control plane that carried it out has ended");
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_WITHIN_MS);
    });
    await Promise.race([Promise.all(executions.map(({ done }) => done)), late]);
    clearTimeout(timer);
    this.abandonAll();
  }

  /** Lets go of every run at once, as a killed process does. */
  abandonAll(): void {
    this.#isStopped = true;
    for (const execution of this.#executions.values()) execution.abandon();
  }

  #lookAtAll(): void {
    for (const key of [...this.#core.mirror.world.allKeys("scenarioRuns")]) this.#look(key);
  }

  #look(key: string): void {
    if (this.#isStopped) return;
    const record = this.#core.mirror.world.scenarioRun(key)?.data;
    const execution = this.#executions.get(key);
    if (!this.#core.leader.isLeader || record === undefined) {
      execution?.abandon();
      return;
    }
    if (execution !== undefined) {
      if (record.cancel !== null) execution.stop("Cancelled", `cancelled by ${record.cancel.by}`);
      return;
    }
    if (isUnderWay(record)) void this.#take(key);
  }

  async #take(key: string): Promise<void> {
    if (this.#taking.has(key)) return;
    this.#taking.add(key);
    try {
      const { result } = await this.#core.transactor.commit("", (draft) => {
        draft.require(this.#core.leader.fence());
        const held = draft.stored<ScenarioRunRecord>(key);
        if (held === undefined || !isUnderWay(held.data)) return undefined;
        const taken = { ...held.data, revision: revisionOf(held), owner: this.#owner };
        draft.put(key, taken);
        return taken;
      });
      if (result !== undefined && !this.#isStopped && this.#core.leader.isLeader) this.#begin(key, result);
    } catch (err) {
      if (err instanceof NotLeading) return;
      this.#core.log.error({ err, key }, "cannot take a run");
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined;
        this.#lookAtAll();
      }, RETRY_MS).unref();
    } finally {
      this.#taking.delete(key);
    }
  }

  #begin(key: string, record: ScenarioRunRecord): void {
    const execution = new RunExecution(this.#core, record, this.#owner);
    this.#executions.set(key, execution);
    void execution.done.then(() => {
      if (this.#executions.get(key) === execution) this.#executions.delete(key);
    });
    execution.start();
    // A cancel may have come before there was anything to cancel.
    this.#look(key);
  }
}

export function isUnderWay({ status }: ScenarioRunRecord): boolean {
  return !FINAL_RUN_PHASES.includes(status.phase);
}
