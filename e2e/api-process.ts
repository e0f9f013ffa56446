import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../apps/api/dist/main.js", import.meta.url));

export interface ApiProcess {
  url: string;
  /** What it has logged. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts the API as it is started in production. @throws Error with its log when it does not get ready */
export async function startApiProcess(flags: readonly string[]): Promise<ApiProcess> {
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr?.on("data", (chunk) => (log += chunk));
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout! });
  const first = await Promise.race([once(lines, "line"), ended.then(() => undefined)]);
  if (first === undefined) throw new Error(`the API ended: ${log}`);
  const { url } = JSON.parse(first[0] as string) as { url: string };
  return {
    url,
    log: () => log,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill("SIGTERM");
      await ended;
    },
  };
}
