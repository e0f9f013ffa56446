import { setTimeout as delay } from "node:timers/promises";
import type { Lab } from "@ratchet/lab";
import type { Disturbance } from "../schedule/operation.js";
import type { AgentGate } from "./agent-gate.js";

/** Kills, stops and cuts off the lab's processes, and sees to it that every one is back in the end. */
export class Processes {
  readonly #starting = new Map<string, Promise<unknown>>();
  readonly #pending = new Set<Promise<void>>();

  constructor(
    readonly lab: Lab,
    readonly gates: ReadonlyMap<string, AgentGate>,
  ) {}

  async disturb(step: Disturbance): Promise<void> {
    switch (step.disturb) {
      case "killApi":
        await this.#again(
          "api",
          () => this.lab.killApi({ restart: false }),
          () => this.lab.startApi(),
        );
        return;
      case "stopApi":
        this.#stop("api", step.forMs);
        return;
      case "killAgent":
        await this.#again(
          `agent ${step.node}`,
          () => this.lab.killAgent(step.node, { restart: false }),
          () => this.lab.startAgent(step.node),
        );
        return;
      case "stopAgent":
        this.#stop(`agent ${step.node}`, step.forMs);
        return;
      case "cutAgent":
      case "pauseAgent": {
        const gate = this.gates.get(step.node) as AgentGate;
        if (step.disturb === "cutAgent") gate.cut();
        else gate.hold();
        this.#later(step.forMs, () => gate.restore());
      }
    }
  }

  /** Resolves when nothing is stopped or cut off any more and every process is up. */
  async calm(): Promise<void> {
    await Promise.all(this.#pending);
    const starts = await Promise.allSettled(this.#starting.values());
    this.#starting.clear();
    const failed = starts.find((start) => start.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** For the end: nothing may stay stopped, or it could not be told to end. */
  release(): void {
    for (const pid of Object.values(this.lab.pids())) signal(pid, "SIGCONT");
    for (const gate of this.gates.values()) gate.restore();
  }

  // The lab's own restart waits longer each time a process dies young.
  async #again(name: string, kill: () => Promise<void>, start: () => Promise<void>): Promise<void> {
    const before = this.#starting.get(name);
    before?.catch(() => {});
    await kill();
    const started = start();
    started.catch(() => {});
    this.#starting.set(name, started);
  }

  #stop(name: string, forMs: number): void {
    const pid = this.lab.pids()[name];
    signal(pid, "SIGSTOP");
    this.#later(forMs, () => signal(pid, "SIGCONT"));
  }

  #later(forMs: number, end: () => void): void {
    const pending = delay(forMs).then(end);
    this.#pending.add(pending);
    void pending.finally(() => this.#pending.delete(pending));
  }
}

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, name);
  } catch (error) {
    // It was killed meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
