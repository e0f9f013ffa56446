import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Assignment } from "@ratchet/contracts";
import type { Log } from "./log.js";

/** What a namespace was when the agent made or first saw it. */
export interface SandboxRecord {
  podUid: string;
  /** Present for a managed one: its name under /run/netns. */
  netnsName: string | null;
  path: string;
  incarnation: number;
  dev: string;
  inode: string;
  bootId: string;
  programs: ProgramRecord[];
  /** The image's set-up commands have run. */
  isSetUp: boolean;
}

/** A program the agent started; the start time (clock ticks, proc(5)) tells it from a later owner of its pid. */
export interface ProgramRecord {
  name: string;
  pid: number;
  startTime: string;
}

export interface AgentState {
  /** Null until a complete assignment has been received once. */
  assignment: Assignment | null;
  sandboxes: SandboxRecord[];
}

const VERSION = 1;
const SAVE_DELAY_MS = 50;

/**
 * The agent's memory across restarts: one file, replaced atomically, checksummed.
 * A file that cannot be believed is set aside; kernel and API then say what there is.
 */
export class StateFile {
  private readonly path: string;
  private collect: (() => AgentState) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    folder: string,
    private readonly log: Log,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.path = join(folder, "state.json");
  }

  load(): AgentState {
    let text: string;
    try {
      text = readFileSync(this.path, "utf8");
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return { assignment: null, sandboxes: [] };
      throw error;
    }
    const state = decode(text);
    if (state !== undefined) return state;
    const aside = `${this.path}.corrupt-${new Date().toISOString().replaceAll(":", "")}`;
    renameSync(this.path, aside);
    this.log("warn", "state file is corrupt; set aside, rebuilding from kernel and API", { path: aside });
    return { assignment: null, sandboxes: [] };
  }

  /**
   * Writes soon: calls close together make one write, and the event loop does not wait for the disk.
   * Whatever instant the agent dies at, the file is the old or the new one, whole.
   */
  save(collect: () => AgentState): void {
    this.collect = collect;
    this.timer ??= setTimeout(() => void this.flush(), SAVE_DELAY_MS);
  }

  /** Writes now what is waiting to be written. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing
      .then(() => this.write())
      .catch((error: Error) => {
        this.log("error", "cannot write the state file", { error: error.message });
      });
    await this.writing;
  }

  private async write(): Promise<void> {
    const collect = this.collect;
    if (collect === undefined) return;
    this.collect = undefined;
    const body = JSON.stringify(collect());
    const fresh = `${this.path}.new`;
    const file = await open(fresh, "w", 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ version: VERSION, sha256: checksum(body) })}\n${body}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, this.path);
  }
}

function decode(text: string): AgentState | undefined {
  const newline = text.indexOf("\n");
  const body = text.slice(newline + 1).replace(/\n$/, "");
  try {
    const header = JSON.parse(text.slice(0, newline)) as { version?: unknown; sha256?: unknown };
    if (header.version !== VERSION || header.sha256 !== checksum(body)) return undefined;
    return JSON.parse(body) as AgentState;
  } catch {
    return undefined;
  }
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
