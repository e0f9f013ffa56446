import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { FleetFigures, FromFleet, ToFleet } from "./messages.js";

const MAIN = fileURLToPath(new URL("./fleet-main.js", import.meta.url));

/** Simulated agents, all in one process of their own. */
export class Fleet {
  connected = 0;
  readonly #child: ChildProcess = fork(MAIN, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  readonly #listeners = new Set<(message: FromFleet) => void>();

  constructor() {
    this.#child.on("message", (message: FromFleet) => {
      if (message.type === "connected") this.connected = message.count;
      for (const listener of this.#listeners) listener(message);
    });
  }

  start(url: string, nodes: string[]): void {
    this.#send({ type: "start", url, nodes });
  }

  /** When the `count`th agent has heard that the link is in that state; ms on the machine's monotonic clock. */
  async told(link: string, state: string, count: number): Promise<number> {
    const nodes = new Map<string, number>();
    await this.#until((message) => {
      if (message.type !== "told" || message.link !== link || message.state !== state) return false;
      if (!nodes.has(message.node)) nodes.set(message.node, message.atMs);
      return nodes.size >= count;
    });
    return Math.max(...nodes.values());
  }

  async figures(): Promise<FleetFigures> {
    let figures: FleetFigures | undefined;
    const answered = this.#until((message) => {
      if (message.type === "figures") figures = message.figures;
      return figures !== undefined;
    });
    this.#send({ type: "figures" });
    await answered;
    return figures!;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  #send(message: ToFleet): void {
    this.#child.send(message);
  }

  #until(is: (message: FromFleet) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const listener = (message: FromFleet) => {
        if (!is(message)) return;
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
    });
  }
}
