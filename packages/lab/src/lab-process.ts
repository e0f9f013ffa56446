import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parts } from "./repository.js";
import { ROOTLESS_ENVIRONMENT, rootlessCommand } from "./rootless.js";

/** A lab in a process of its own, as a person starts it; for tests that kill it. */
export class LabProcess {
  output = "";
  readonly child: ChildProcess;
  readonly exit: Promise<number | NodeJS.Signals | null>;

  constructor(args: string[], { rootless = false }: { rootless?: boolean } = {}) {
    const main = join(parts.examples, "..", "packages/lab/dist/main.js");
    const plain: [string, ...string[]] = [process.execPath, main, ...args];
    const [command, ...rest] = rootless ? rootlessCommand(plain) : plain;
    const env = rootless ? { ...process.env, ...ROOTLESS_ENVIRONMENT } : process.env;
    this.child = spawn(command, rest, { env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.output += String(chunk);
        this.child.emit("output");
      });
    }
    this.exit = once(this.child, "close").then(([code, signal]) => code ?? signal);
  }

  /** Resolves once it has printed `text`; rejects when it ends first. */
  async printed(text: string): Promise<void> {
    const ended = this.exit.then((how) => {
      throw new Error(`the lab ended (${how}) before it said "${text}":\n${this.output}`);
    });
    ended.catch(() => {});
    while (!this.output.includes(text)) await Promise.race([once(this.child, "output"), ended]);
  }

  /** Ends the process whatever it does; for the end of a test. */
  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    await this.exit;
  }
}
