import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** The built API in a process of its own, for tests that kill it. */
export class ApiChild {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(flags: readonly string[]): Promise<ApiChild> {
    if (!existsSync(MAIN)) throw new Error("apps/api is not built: run pnpm --filter @ratchet/api build");
    const argv = [MAIN, "--listen", "127.0.0.1:0", "--log-level", "silent", ...flags];
    const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
    process.once("exit", () => child.kill("SIGKILL"));
    for await (const line of createInterface({ input: child.stdout! }))
      return new ApiChild(child, JSON.parse(line).url);
    throw new Error("the API ended before it was ready");
  }

  /** Resolves when it is gone, also when it was before. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill(signal);
    await ended;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  async read(path: string): Promise<any> {
    return (await fetch(`${this.url}${path}`)).json();
  }

  /** Undefined: it died with the request in its hands. */
  async post(path: string, body: unknown): Promise<number | undefined> {
    try {
      const headers = { "content-type": "application/json" };
      return (await fetch(`${this.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) })).status;
    } catch {
      return undefined;
    }
  }

  async leads(): Promise<boolean> {
    const metrics = await fetch(`${this.url}/metrics`).then(
      (answer) => answer.text(),
      () => "",
    );
    return /^ratchet_leader 1$/m.test(metrics);
  }
}
