import { setTimeout as delay } from "node:timers/promises";
import type { Lab } from "@ratchet/lab";
import type { Postgres } from "@ratchet/testkit";
import { run } from "../look/namespace.js";
import type { Disturbance } from "../schedule/operation.js";
import type { Gate } from "./gate.js";
import type { Gates } from "./gates.js";
import type { SmallDisks } from "./small-disks.js";

/** A process that finds no room, or no store, ends; its supervisor starts it again. */
const UP_WITHIN_MS = 60_000;
const AGAIN_MS = 100;
/** A member of etcd that has to find out that its leader is dead may hold a write so long. */
const UNDER_WAY_MS = 1_500;

/** Kills, stops and cuts off the lab's processes, and sees to it that every one is back in the end. */
export class Processes {
  readonly #starting = new Map<string, Promise<unknown>>();
  readonly #pending = new Set<Promise<void>>();
  /** How often each was killed. */
  readonly #lives = new Map<string, number>();

  constructor(
    readonly lab: Lab,
    readonly gates: Gates,
    readonly disks: SmallDisks,
    readonly database: Postgres | undefined,
  ) {}

  async disturb(step: Disturbance): Promise<void> {
    const { lab } = this;
    switch (step.disturb) {
      case "killApi": {
        const replica = step.replica ?? (lab.replicas[0]?.name as string);
        const kill = () => lab.killApi({ replica, restart: false });
        await this.#again(replica, kill, () => lab.startApi(replica));
        return;
      }
      case "stopApi":
        this.#stop(step.replica ?? (lab.replicas[0]?.name as string), step.forMs);
        return;
      case "killAgent": {
        const kill = () => lab.killAgent(step.node, { restart: false });
        await this.#again(`agent ${step.node}`, kill, () => lab.startAgent(step.node));
        return;
      }
      case "stopAgent":
        this.#stop(`agent ${step.node}`, step.forMs);
        return;
      case "killEtcd": {
        const kill = () => lab.killEtcd(step.member, { restart: false });
        await this.#again(step.member, kill, () => lab.startEtcd(step.member));
        return;
      }
      case "stopEtcd":
        this.#stop(step.member, step.forMs);
        return;
      case "killDatabase": {
        const database = this.#database();
        const kill = () => database.kill();
        await this.#again("database", kill, () => database.start());
        return;
      }
      case "stopDatabase": {
        const database = this.#database();
        database.pause();
        this.#later(step.forMs, () => database.resume());
        return;
      }
      case "fillDisk":
        await this.disks.fill(step.whose);
        this.#later(step.forMs, () => this.disks.empty(step.whose));
        return;
      case "cutUnderlay":
        await this.#cable(step.node, "down");
        this.#later(step.forMs, () => this.#cable(step.node, "up"));
        return;
      case "cutFromStore":
        this.#close(this.gates.toStore(this.#indexOf(step.replica)), "cut", step.forMs);
        return;
      case "cutFromPeers":
        this.#close(this.gates.toPeer(this.#indexOf(step.replica)), "cut", step.forMs);
        return;
      case "cutAgent":
      case "pauseAgent": {
        const replica = step.replica === undefined ? undefined : this.#indexOf(step.replica);
        this.#close(this.gates.ofAgent(step.node, replica), step.disturb === "cutAgent" ? "cut" : "hold", step.forMs);
      }
    }
  }

  /** Resolves when what replicas that died had sent to the store has taken effect, or never will. */
  async landed(): Promise<void> {
    if (this.lab.etcdMembers.length === 0) return;
    await Promise.all(this.#pending);
    await delay(UNDER_WAY_MS);
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
    this.gates.restore();
    this.disks.emptyAll();
    this.database?.resume();
  }

  // The lab's own restart waits longer each time a process dies young.
  async #again(name: string, kill: () => Promise<void>, start: () => Promise<void>): Promise<void> {
    const life = (this.#lives.get(name) ?? 0) + 1;
    this.#lives.set(name, life);
    await kill();
    const deadline = performance.now() + UP_WITHIN_MS;
    const up = async (): Promise<void> => {
      try {
        await start();
      } catch (error) {
        // Killed once more while it started: then that start counts.
        if (this.#lives.get(name) !== life) return;
        if (performance.now() > deadline) throw error;
        await kill();
        await delay(AGAIN_MS);
        if (this.#lives.get(name) === life) await up();
      }
    };
    const started = up();
    started.catch(() => {});
    this.#starting.set(name, started);
  }

  #stop(name: string, forMs: number): void {
    const pid = this.lab.pids()[name];
    signal(pid, "SIGSTOP");
    this.#later(forMs, () => signal(pid, "SIGCONT"));
  }

  #close(gates: readonly Gate[], how: "cut" | "hold", forMs: number): void {
    for (const gate of gates) gate[how]();
    this.#later(forMs, () => {
      for (const gate of gates) gate.restore();
    });
  }

  #database(): Postgres {
    if (this.database === undefined) throw new Error("this run has no database of its own");
    return this.database;
  }

  #indexOf(replica: string): number {
    return this.lab.replicas.findIndex(({ name }) => name === replica);
  }

  /** The bridge's side of a node's cable. */
  async #cable(node: string, state: "up" | "down"): Promise<void> {
    const { names, nodes } = this.lab;
    const port = nodes.find(({ name }) => name === node)?.bridgePort as string;
    await run("ip", "-n", names.underlay, "link", "set", port, state);
  }

  #later(forMs: number, end: () => void | Promise<void>): void {
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
