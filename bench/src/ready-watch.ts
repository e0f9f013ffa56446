import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { findKubePrograms } from "@ratchet/testkit";

const COLUMNS = `NAME:.metadata.name,READY:.status.conditions[?(@.type=="Ready")].status`;

/** When pods of the default namespace were first seen, and when Ready, by one watch of the API. */
export class ReadyWatch {
  readonly #seenAt = new Map<string, number>();
  readonly #readyAt = new Map<string, number>();
  readonly #waiting = new Map<string, () => void>();
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    createInterface({ input: child.stdout! }).on("line", (line) => this.#take(line));
  }

  static async start(kubeconfig: string): Promise<ReadyWatch> {
    const { kubectl } = findKubePrograms();
    const argv = [`--kubeconfig=${kubeconfig}`, "get", "pods", "--watch", "--no-headers", "-o"];
    const child = spawn(kubectl, [...argv, `custom-columns=${COLUMNS}`], { stdio: ["ignore", "pipe", "inherit"] });
    const watch = new ReadyWatch(child);
    // Something is there already: the watch runs once it has been told of it.
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once("data", () => resolve());
      child.once("exit", () => reject(new Error("kubectl get --watch ended")));
    });
    return watch;
  }

  async createToReadyMs(pod: string): Promise<number> {
    if (!this.#readyAt.has(pod)) await new Promise<void>((resolve) => this.#waiting.set(pod, resolve));
    return (this.#readyAt.get(pod) ?? Number.NaN) - (this.#seenAt.get(pod) ?? Number.NaN);
  }

  stop(): void {
    this.#child.kill("SIGTERM");
  }

  #take(line: string): void {
    const [name = "", ready] = line.trim().split(/\s+/);
    const now = performance.now();
    if (!this.#seenAt.has(name)) this.#seenAt.set(name, now);
    if (ready !== "True" || this.#readyAt.has(name)) return;
    this.#readyAt.set(name, now);
    this.#waiting.get(name)?.();
  }
}
