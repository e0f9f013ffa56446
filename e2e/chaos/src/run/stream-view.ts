import { setTimeout as delay } from "node:timers/promises";
import type { StreamFrame, StreamItem } from "@ratchet/contracts";

const AGAIN_MS = 50;

/**
 * Follows the stream as a page does: takes a snapshot, applies deltas, and when the connection breaks goes on from its
 * revision. What it holds is what a page would show.
 */
export class StreamView {
  /** By `kind namespace/name`. */
  readonly #items = new Map<string, StreamItem>();
  readonly #problems: string[] = [];
  readonly #stop = new AbortController();
  #socket: WebSocket | undefined;
  #running: Promise<void> | undefined;
  #storeId = "";
  #revision: number | undefined;
  #sequence: number | undefined;

  /** `url`: of the API, `http://host:port`; `name` is said with every problem. */
  constructor(
    readonly name: string,
    readonly url: string,
  ) {}

  start(): void {
    this.#running ??= this.#follow();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#socket?.close();
    await this.#running;
  }

  /** What it holds of a kind, by `namespace/name`. */
  of(kind: StreamItem["kind"]): Map<string, StreamItem> {
    const items = [...this.#items.values()].filter((item) => item.kind === kind);
    return new Map(items.map((item) => [nameOf(item), item]));
  }

  /** What the stream did that it must not do, since the last call. */
  takeProblems(): string[] {
    return this.#problems.splice(0).map((text) => `stream of ${this.name}: ${text}`);
  }

  async #follow(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#once().catch((error: Error) => this.#problems.push(`cannot be followed: ${error.message}`));
      if (!this.#stop.signal.aborted) await delay(AGAIN_MS);
    }
  }

  /** One connection, until it is over. */
  #once(): Promise<void> {
    const url = new URL("/api/v1/stream", this.url.replace(/^http/, "ws"));
    if (this.#revision !== undefined) {
      url.searchParams.set("since", String(this.#revision));
      url.searchParams.set("store", this.#storeId);
    }
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#sequence = undefined;
    return new Promise((resolve, reject) => {
      socket.addEventListener("message", ({ data }) => {
        try {
          this.#take(JSON.parse(String(data)) as StreamFrame);
        } catch (error) {
          reject(error as Error);
          socket.close();
        }
      });
      // A replica that is down, or dies: that is what the suite is for. The close follows.
      socket.addEventListener("error", () => {});
      socket.addEventListener("close", ({ code, reason }) => {
        if (code === 1008 || code === 1013) this.#problems.push(`was closed with ${code} ${reason}`);
        resolve();
      });
    });
  }

  #take(frame: StreamFrame): void {
    switch (frame.type) {
      case "snapshot":
        this.#items.clear();
        for (const item of frame.items) this.#items.set(keyOf(item), item);
        this.#storeId = frame.storeId;
        this.#revision = frame.revision;
        this.#sequence = frame.sequence;
        return;
      case "delta":
        // The first of a connection tells what was missed, and where the count is.
        if (this.#sequence !== undefined && frame.sequence !== this.#sequence + 1)
          this.#problems.push(`delta ${frame.sequence} came after ${this.#sequence}`);
        if (frame.revision < (this.#revision ?? 0))
          this.#problems.push(`revision ${frame.revision} came after ${this.#revision}`);
        for (const item of frame.upserts) this.#items.set(keyOf(item), item);
        for (const { kind, namespace, name } of frame.deletes) this.#items.delete(`${kind} ${namespace ?? ""}/${name}`);
        this.#revision = frame.revision;
        this.#sequence = frame.sequence;
        return;
      case "heartbeat":
        if (this.#sequence !== undefined && frame.sequence !== this.#sequence)
          this.#problems.push(`a heartbeat says ${frame.sequence} deltas, the last was ${this.#sequence}`);
    }
  }
}

function keyOf(item: StreamItem): string {
  return `${item.kind} ${nameOf(item)}`;
}

function nameOf({ metadata }: StreamItem): string {
  return `${"namespace" in metadata ? metadata.namespace : ""}/${metadata.name}`;
}
