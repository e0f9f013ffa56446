import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Answer {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON; undefined when there is nothing on it. Throws for anything else. */
  json(): Record<string, unknown>;
}

/** The executable made from the sources of now, in a folder of its own. */
export class CompiledShim {
  readonly folder = mkdtempSync(join(tmpdir(), "ratchet-shim-"));
  readonly path = join(this.folder, "ratchet");

  constructor() {
    const script = fileURLToPath(new URL("../../scripts/compile.mjs", import.meta.url));
    execFileSync(process.execPath, [script, this.path], { stdio: "pipe" });
  }

  /** One run, entered by `through` (a command that takes another) when given; killed after a minute. */
  run(env: Record<string, string>, stdin: string | object, through: readonly string[] = []): Promise<Answer> {
    const [program, ...argv] = [...through, this.path];
    // Only what the test says, and where the delegates find iptables and the like.
    const child = spawn(program!, argv, { env: { PATH: process.env.PATH, ...env }, timeout: 60_000 });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    // A run that refuses its environment does not read.
    child.stdin.on("error", () => {});
    child.stdin.end(typeof stdin === "string" ? stdin : JSON.stringify(stdin));
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (exitCode) => {
        const json = () => JSON.parse(stdout) as Record<string, unknown>;
        resolve({ exitCode, stdout, stderr, json });
      });
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
