import { createHash } from "node:crypto";
import { closeSync, fsync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { Log } from "./log.js";

const VERSION = 1;
const SAVE_DELAY_MS = 50;
const AGAIN_MS = 1000;

const sync = promisify(fsync);

interface Schema<T> {
  /** Throws for what is not of its shape. */
  parse(value: unknown): T;
}

/** A file of JSON that outlives the agent: replaced atomically, checksummed; one that cannot be believed is set aside. */
export class CheckedFile<T> {
  private collect: (() => T) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly schema: Schema<T>,
    private readonly empty: () => T,
    private readonly log: Log,
  ) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  }

  load(): T {
    let text: string;
    try {
      text = readFileSync(this.path, "utf8");
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return this.empty();
      throw error;
    }
    const state = decode(text, this.schema);
    if (state !== undefined) return state;
    const aside = `${this.path}.corrupt-${new Date().toISOString().replaceAll(":", "")}`;
    renameSync(this.path, aside);
    this.log("warn", "state file is corrupt; set aside, rebuilding from kernel and API", { path: aside });
    return this.empty();
  }

  /**
   * Writes soon: calls close together make one write, and the event loop does not wait for the disk.
   * Whatever instant the agent dies at, the file is the old or the new one, whole.
   */
  save(collect: () => T): void {
    this.collect = collect;
    this.timer ??= setTimeout(() => void this.flush(), SAVE_DELAY_MS);
  }

  /** Writes now what is waiting to be written; a failure goes to the log, and it is tried again: a full disk gets room. */
  async flush(): Promise<void> {
    try {
      await this.written();
    } catch (error) {
      this.log("error", "cannot write the state file", { path: this.path, error: (error as Error).message });
      this.timer ??= setTimeout(() => void this.flush(), AGAIN_MS).unref();
    }
  }

  /** Resolves when it is on the disk, rejects when it is not. Calls made while one is being written share the next. */
  async commit(collect: () => T): Promise<void> {
    this.collect = collect;
    await this.written();
  }

  private written(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const now = this.writing.then(() => this.write());
    this.writing = now.catch(() => undefined);
    return now;
  }

  private async write(): Promise<void> {
    const collect = this.collect;
    if (collect === undefined) return;
    this.collect = undefined;
    try {
      await this.replace(JSON.stringify(collect()));
    } catch (error) {
      // Still to be written: whoever waits for it next must not be told that it was.
      this.collect ??= collect;
      throw error;
    }
  }

  private async replace(body: string): Promise<void> {
    const fresh = `${this.path}.new`;
    // Only the disk is waited for: the other steps take microseconds, and each turn of a busy loop milliseconds.
    const file = openSync(fresh, "w", 0o600);
    try {
      writeFileSync(file, `${JSON.stringify({ version: VERSION, sha256: checksum(body) })}\n${body}\n`);
      await sync(file);
    } finally {
      closeSync(file);
    }
    renameSync(fresh, this.path);
  }
}

function decode<T>(text: string, schema: Schema<T>): T | undefined {
  const newline = text.indexOf("\n");
  const body = text.slice(newline + 1).replace(/\n$/, "");
  try {
    const header = JSON.parse(text.slice(0, newline)) as { version?: unknown; sha256?: unknown };
    if (header.version !== VERSION || header.sha256 !== checksum(body)) return undefined;
    // The checksum says that it was written whole, not that whoever wrote it was this agent, or one of this version.
    return schema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
