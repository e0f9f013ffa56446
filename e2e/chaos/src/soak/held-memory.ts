import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const WITHIN_MS = 30_000;

/**
 * What processes still hold after a collection of garbage. Resident memory says what they once needed, and goes up and
 * down with each collection; a leak shows here alone.
 */
export class HeldMemory {
  readonly #folder = mkdtempSync(join(tmpdir(), "ratchet-soak-"));

  /** For the environment of the processes that will be asked. */
  get environment(): Readonly<Record<string, string>> {
    // Beside the sources, also for what was compiled.
    const program = new URL("../../src/soak/report-heap.mjs", import.meta.url);
    return { RATCHET_SOAK_FOLDER: this.#folder, NODE_OPTIONS: `--import=${program.href}` };
  }

  /** Bytes of the heap and of buffers beside it. @throws Error when the process does not answer within 30 s */
  async bytesOf(pid: number): Promise<number> {
    const path = join(this.#folder, String(pid));
    rmSync(path, { force: true });
    process.kill(pid, "SIGUSR2");
    const deadline = performance.now() + WITHIN_MS;
    for (;;) {
      const text = readIfThere(path);
      if (text !== undefined) return Number(text);
      if (performance.now() > deadline) throw new Error(`process ${pid} does not say what it holds`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}
