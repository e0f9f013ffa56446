import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";

export interface DaemonSetup {
  name: string;
  argv: readonly string[];
  /** Path of a network namespace; default the host's. */
  netns?: string;
  /** `cgroup.procs` of the group it belongs to. */
  groupFile: string;
  logFile: string;
  env?: NodeJS.ProcessEnv;
  /** Answers true when it does its work. */
  isReady: () => Promise<boolean>;
  /** Starts again when it ends by itself, as a supervisor would have it; not after `kill`. */
  isSupervised?: boolean;
}

const RESTART_AFTER_MS = 1_000;

/** One of the cluster's processes, which can be killed and brought back. */
export class Daemon {
  readonly name: string;
  readonly logFile: string;
  readonly #setup: DaemonSetup;
  #child: ChildProcess | undefined;
  #isWanted = false;

  constructor(setup: DaemonSetup) {
    this.name = setup.name;
    this.logFile = setup.logFile;
    this.#setup = setup;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }
  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Starts the process and waits until it does its work. Running already is success. */
  async start(withinMs = 180_000): Promise<void> {
    this.#isWanted = true;
    if (this.#child !== undefined) return;
    const { name, argv, netns, groupFile, logFile, env, isReady } = this.#setup;
    const log = openSync(logFile, "a");
    // The shell puts itself into the group and becomes the program: nothing the program forks can be outside. Whoever
    // starts a cluster and is killed takes the daemons along; containers stay until the next sweep.
    const full = [
      ...["setpriv", "--pdeathsig", "KILL"],
      ...["sh", "-c", 'echo $$ > "$0" && exec "$@"', groupFile],
      ...(netns === undefined ? [] : ["nsenter", `--net=${netns}`]),
      ...argv,
    ];
    const child = spawn(full[0] ?? "", full.slice(1), { stdio: ["ignore", log, log], env: env ?? process.env });
    closeSync(log);
    this.#child = child;
    child.once("exit", () => {
      if (this.#child === child) this.#child = undefined;
      if (this.#setup.isSupervised) setTimeout(() => this.#supervise(), RESTART_AFTER_MS).unref();
    });
    child.once("error", () => {
      if (this.#child === child) this.#child = undefined;
    });
    const deadline = performance.now() + withinMs;
    while (!(await isReady())) {
      if (this.#child !== child) throw new Error(`${name} ended at once:\n${this.logTail()}`);
      if (performance.now() > deadline) throw new Error(`${name} is not ready in time:\n${this.logTail()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Resolves when the process is gone; default kill -9. What it started lives on. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.#isWanted = false;
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  /** The process is about to be ended by others: it does not start again. */
  release(): void {
    this.#isWanted = false;
  }

  /** Stands still, until `resume`. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }
  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  #supervise(): void {
    // What it says when it does not come up stands in its log.
    if (this.#isWanted) this.start().catch(() => {});
  }

  logTail(): string {
    try {
      return readFileSync(this.logFile, "utf8").slice(-4_000);
    } catch {
      return "";
    }
  }
}
