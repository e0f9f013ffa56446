import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Sandbox } from "@ratchet/testkit";

/** Hears everything that befalls a namespace's interfaces, also what is put right again before anyone looks. */
export class InterfaceWatch {
  #heard = "";
  readonly #child: ChildProcess;

  private constructor(sandbox: Sandbox) {
    this.#child = spawn("nsenter", [`--net=${sandbox.path}`, "ip", "-o", "monitor", "link"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#child.stdout?.on("data", (text) => {
      this.#heard += text;
    });
  }

  /** Resolves when it listens. */
  static async start(sandbox: Sandbox): Promise<InterfaceWatch> {
    const watch = new InterfaceWatch(sandbox);
    await once(watch.#child, "spawn");
    // `ip monitor` says nothing when it is ready: something small is changed until it is heard.
    const deadline = performance.now() + 60_000;
    while (watch.#heard === "") {
      if (performance.now() > deadline) throw new Error("ip monitor stays silent");
      await sandbox.exec("ip", "link", "set", "lo", "txqueuelen", `${1000 + Math.round(Math.random() * 1000)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return watch;
  }

  /** Names of interfaces that were taken away since the start. */
  get removed(): string[] {
    return [...this.#heard.matchAll(/^Deleted \d+: ([^:@]+)/gm)].map(([, name]) => name ?? "");
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill();
    await ended;
  }
}
