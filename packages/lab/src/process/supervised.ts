import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import { LabError } from "../lab-error.js";
import { backoffMs, LONG_LIFE_MS } from "./backoff.js";
import { identityOf, type ProcessIdentity } from "./identity.js";
import { tailOf } from "./log-tail.js";

export interface SupervisedOptions {
  /** As its user reads it: `agent left`. */
  name: string;
  argv: [string, ...string[]];
  env: Record<string, string>;
  /** Takes its stderr. */
  logFile: string;
  say: (line: string) => void;
  /** Told whenever the set of living processes changes. */
  onChange: () => void;
  /** For a program that prints no such line: asked until it says so. */
  isReady?: () => Promise<boolean>;
}

const READY_TIMEOUT_MS = 30_000;
const LOOK_MS = 50;
const STOP_TIMEOUT_MS = 4_000;

/**
 * A process that is kept running: started again, with backoff, whenever it ends by itself.
 *
 * It is up once it has printed its one JSON line on stdout, or `isReady` says so.
 */
export class Supervised {
  readonly #options: SupervisedOptions;
  #child: ChildProcess | undefined;
  #closed: Promise<void> = Promise.resolve();
  #wanted = false;
  #earlyDeaths = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SupervisedOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get identity(): ProcessIdentity | undefined {
    return this.pid === undefined ? undefined : identityOf(this.pid);
  }

  /** Starts it and answers its ready line. Throws LabError when it ends or stays silent instead. */
  async start(): Promise<Record<string, unknown>> {
    this.#wanted = true;
    if (this.#child !== undefined) throw new LabError(`${this.name} is already running`);
    return this.#spawn();
  }

  /** kill -9. With `restart: false` it stays dead until `start`. Resolves when it is gone. */
  async kill({ restart = true }: { restart?: boolean } = {}): Promise<void> {
    this.#wanted = restart;
    clearTimeout(this.#timer);
    this.#child?.kill("SIGKILL");
    await this.#closed;
  }

  /** SIGTERM, and SIGKILL for one that does not listen. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined) return;
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await this.#closed;
    clearTimeout(timer);
  }

  #spawn(): Promise<Record<string, unknown>> {
    const { name, argv, env, logFile, onChange, isReady } = this.#options;
    const [command, ...args] = argv;
    const log = openSync(logFile, "a");
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", log],
      // A group of its own: Ctrl+C reaches the lab alone, which then ends its parts in order.
      detached: true,
    });
    closeSync(log);
    this.#child = child;
    const startedAt = performance.now();
    const ready = new Promise<Record<string, unknown>>((resolve, reject) => {
      const fail = (why: string) => reject(new LabError(`${name} ${why}\n${tailOf(logFile)}`));
      const timer = setTimeout(() => fail(`did not come up within ${READY_TIMEOUT_MS / 1000} s`), READY_TIMEOUT_MS);
      createInterface({ input: child.stdout! }).on("line", (line) => {
        const message = parse(line);
        if (message?.ready !== true) return;
        clearTimeout(timer);
        resolve(message);
      });
      const look = async () => {
        while (this.#child === child && isReady !== undefined) {
          if (await isReady()) {
            clearTimeout(timer);
            return resolve({ ready: true });
          }
          await new Promise((again) => setTimeout(again, LOOK_MS));
        }
      };
      void look();
      child.once("error", (error) => {
        clearTimeout(timer);
        fail(`cannot be started: ${error.message}`);
      });
      child.once("exit", (code, signal) => {
        clearTimeout(timer);
        fail(`ended before it was up (${signal ?? `exit code ${code}`})`);
      });
    });
    this.#closed = new Promise((resolve) => {
      child.once("error", () => {
        if (child.pid === undefined) this.#gone(child, startedAt, "cannot be started", resolve);
      });
      child.once("exit", (code, signal) => this.#gone(child, startedAt, signal ?? `exit code ${code}`, resolve));
    });
    onChange();
    return ready;
  }

  #gone(child: ChildProcess, startedAt: number, how: string, resolve: () => void): void {
    if (this.#child === child) this.#child = undefined;
    resolve();
    this.#options.onChange();
    if (!this.#wanted) return;
    this.#earlyDeaths = performance.now() - startedAt < LONG_LIFE_MS ? this.#earlyDeaths + 1 : 0;
    const waitMs = backoffMs(this.#earlyDeaths);
    this.#options.say(`${this.name} ended (${how}); starting it again in ${waitMs} ms`);
    this.#timer = setTimeout(() => {
      // A failed start is followed by its exit, which comes back here.
      this.#spawn().then(
        () => this.#options.say(`${this.name} is back (pid ${this.pid})`),
        () => {},
      );
    }, waitMs);
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
