import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type AgentToRelay, RELAY_PROTOCOL, RelayToAgent } from "@ratchet/contracts";
import { Backoff } from "../backoff.js";
import type { Log } from "../log.js";

const PROGRAM = fileURLToPath(new URL("../../impair/relay/main.js", import.meta.url));
// Otherwise the thread that carries frames waits for others to collect garbage, which wait for a processor.
const NODE_FLAGS = ["--single-threaded-gc"];
/** A relay that is asked whether it lives and has not answered for so long has stopped, ms. */
const HUNG_MS = 3_000;
const BEAT_MS = 1_000;
/** The same when one of its devices has vanished: it may be ending, and the kernel takes its devices one by one. */
const SUSPECT_MS = 40;
const START_MS = 5_000;
const LOOK_MS = 15;

export interface RelayLinkEvents {
  /** It is there, perhaps from an earlier life of this agent. */
  connected(holdings: Extract<RelayToAgent, { type: "hello" }>["holdings"]): void;
  heard(frame: Extract<RelayToAgent, { type: "holds" | "dropped" }>): void;
  /** It is gone, or cannot be had. */
  lost(why: string): void;
}

export interface RelayLinkOptions {
  panelPath: string;
  /** Of the agent: socket and output lie there. */
  dataFolder: string;
  /** In the relay's environment: how the clean-up of an installation finds it. */
  mark: Record<string, string>;
}

/** The agent's end of its relay: finds the one that runs, starts one where it is needed, notices when it stops. */
export class RelayLink {
  private socket: Socket | undefined;
  private isGreeted = false;
  private isNeeded = false;
  private isTrying = false;
  private isStopped = false;
  private retry: NodeJS.Timeout | undefined;
  private beat: NodeJS.Timeout | undefined;
  private readonly backoff = new Backoff(50, 5_000);
  private pings = 0;
  private readonly waiting = new Map<number, NodeJS.Timeout>();

  constructor(
    private readonly options: RelayLinkOptions,
    private readonly events: RelayLinkEvents,
    private readonly log: Log,
  ) {}

  get isConnected(): boolean {
    return this.isGreeted;
  }

  /** Takes over a relay that is running; resolves when it has said what it holds, or there is none. */
  async adopt(): Promise<void> {
    await this.dial();
  }

  /** Sees to it that there is one, now and later. */
  need(): void {
    this.isNeeded = true;
    if (this.socket === undefined && !this.isTrying && this.retry === undefined) void this.begin();
  }

  /** Nobody needs it now: when it ends, that is no loss. */
  rest(): void {
    this.isNeeded = false;
  }

  send(frame: AgentToRelay): void {
    if (this.isGreeted) this.socket?.write(`${JSON.stringify(frame)}\n`);
  }

  /** One of its devices has vanished without having been dropped. */
  suspect(): void {
    if (this.isGreeted && this.waiting.size === 0) this.ping(SUSPECT_MS);
  }

  /** Leaves the relay running. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.retry);
    this.quiet();
    this.socket?.destroy();
  }

  private async begin(): Promise<void> {
    this.isTrying = true;
    this.retry = undefined;
    try {
      if (!(await this.dial()) && !this.isStopped) await this.start();
    } catch (error) {
      if (!this.isStopped) this.events.lost((error as Error).message);
    } finally {
      this.isTrying = false;
    }
    if (this.socket === undefined) this.again();
  }

  private again(): void {
    if (this.isStopped || !this.isNeeded || this.isTrying || this.retry !== undefined) return;
    this.retry = setTimeout(() => void this.begin(), this.backoff.next());
  }

  private get path(): string {
    return join(this.options.dataFolder, "relay.sock");
  }

  private async start(): Promise<void> {
    const { panelPath, dataFolder, mark } = this.options;
    mkdirSync(dirname(this.path), { recursive: true });
    const output = openSync(join(dataFolder, "relay.log"), "w", 0o600);
    let hasEnded: string | undefined;
    try {
      // A session of its own: whatever ends the agent's does not reach it.
      const child = spawn(process.execPath, [...NODE_FLAGS, PROGRAM, "--panel", panelPath, "--socket", this.path], {
        cwd: "/",
        env: { PATH: process.env.PATH, ...mark },
        stdio: ["ignore", output, output],
        detached: true,
      });
      child.on("error", (error) => (hasEnded = error.message));
      child.on("exit", (code, signal) => (hasEnded = `ended at once (${signal ?? code}), see ${dataFolder}/relay.log`));
      child.unref();
    } finally {
      closeSync(output);
    }
    const givesUpAt = performance.now() + START_MS;
    while (!this.isStopped && performance.now() < givesUpAt) {
      if (hasEnded !== undefined) throw new Error(`the relay ${hasEnded}`);
      if (await this.dial()) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    if (!this.isStopped) throw new Error(`the relay has not answered within ${START_MS} ms`);
  }

  /** True when a relay answers. */
  private dial(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.path);
      const giveUp = setTimeout(() => socket.destroy(), 1_000);
      const done = (isThere: boolean) => {
        clearTimeout(giveUp);
        resolve(isThere);
      };
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        done(false);
        if (this.socket === socket) this.gone("the relay has ended");
      });
      createInterface(socket)
        .on("error", () => {})
        .on("line", (text) => {
          const frame = read(text);
          if (frame === undefined || (frame.type === "hello" && frame.protocol !== RELAY_PROTOCOL)) {
            this.log("warn", "a relay of another version is ended");
            socket.end(`${JSON.stringify({ type: "end" } satisfies AgentToRelay)}\n`);
          } else if (frame.type === "hello") {
            this.socket = socket;
            this.greeted(frame.holdings);
            done(true);
          } else this.hear(frame);
        });
    });
  }

  private greeted(holdings: Extract<RelayToAgent, { type: "hello" }>["holdings"]): void {
    this.isGreeted = true;
    this.backoff.reset();
    this.beat = setInterval(() => this.ping(HUNG_MS), BEAT_MS);
    this.events.connected(holdings);
  }

  private hear(frame: Exclude<RelayToAgent, { type: "hello" }>): void {
    if (frame.type !== "pong") {
      this.events.heard(frame);
      return;
    }
    clearTimeout(this.waiting.get(frame.id));
    this.waiting.delete(frame.id);
  }

  private ping(withinMs: number): void {
    const id = ++this.pings;
    const late = () => {
      const { socket } = this;
      this.gone(`the relay has not answered within ${withinMs} ms`);
      socket?.destroy();
    };
    this.waiting.set(id, setTimeout(late, withinMs));
    this.send({ type: "ping", id });
  }

  private gone(why: string): void {
    if (this.isStopped) return;
    this.socket = undefined;
    this.isGreeted = false;
    this.quiet();
    this.events.lost(why);
    this.again();
  }

  private quiet(): void {
    clearInterval(this.beat);
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }
}

function read(text: string): RelayToAgent | undefined {
  try {
    return RelayToAgent.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
