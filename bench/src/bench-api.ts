import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Client } from "@ratchet/testkit";

const MAIN = fileURLToPath(new URL("../../apps/api/dist/main.js", import.meta.url));

/** The API alone, in a process of its own, on data that outlives it. */
export class BenchApi {
  readonly #data = mkdtempSync(join(tmpdir(), "ratchet-bench-api-"));
  #child: ChildProcess | undefined;
  #url = "";

  constructor() {
    // Also when the bench is called off.
    process.once("exit", () => this.#remove());
  }

  get url(): string {
    return this.#url;
  }

  get client(): Client {
    return new Client(this.#url);
  }

  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  /** Answers how long it took to be ready, in ms. The same port again after a restart. */
  async start(): Promise<number> {
    const start = performance.now();
    const listen = this.#url === "" ? "127.0.0.1:0" : new URL(this.#url).host;
    const argv = [MAIN, "--listen", listen, "--data", this.#data, "--log-level", "error"];
    const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    this.#url = (JSON.parse(line) as { url: string }).url;
    return performance.now() - start;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.#remove();
  }

  #remove(): void {
    this.#child?.kill("SIGKILL");
    rmSync(this.#data, { recursive: true, force: true });
  }
}
