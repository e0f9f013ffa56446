import type { StreamItem } from "@ratchet/contracts";

/** Follows the browsers' stream and keeps when something was first on it. */
export class FirstSeen {
  readonly #socket: WebSocket;
  readonly #seen = new Map<string, number>();
  readonly #waiting = new Map<string, (ms: number) => void>();

  private constructor(url: string, nameOf: (item: StreamItem) => string | undefined) {
    this.#socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/v1/stream?namespace=default`);
    this.#socket.addEventListener("message", ({ data }) => {
      const frame = JSON.parse(String(data)) as { items?: StreamItem[]; upserts?: StreamItem[] };
      for (const item of [...(frame.items ?? []), ...(frame.upserts ?? [])]) {
        const name = nameOf(item);
        if (name === undefined || this.#seen.has(name)) continue;
        const atMs = performance.now();
        this.#seen.set(name, atMs);
        this.#waiting.get(name)?.(atMs);
      }
    });
  }

  /** `nameOf` says what an item is looked for as; undefined for what nobody looks for. Resolves when it is open. */
  static async start(url: string, nameOf: (item: StreamItem) => string | undefined): Promise<FirstSeen> {
    const seen = new FirstSeen(url, nameOf);
    await new Promise<void>((resolve, reject) => {
      seen.#socket.addEventListener("open", () => resolve());
      seen.#socket.addEventListener("error", () => reject(new Error("the stream cannot be opened")));
    });
    return seen;
  }

  /** When it was first seen, on the clock of `performance.now()`; waits for it for a minute. */
  at(name: string): Promise<number> {
    const atMs = this.#seen.get(name);
    if (atMs !== undefined) return Promise.resolve(atMs);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${name} never came on the stream`)), 60_000);
      this.#waiting.set(name, (ms) => {
        clearTimeout(timer);
        resolve(ms);
      });
    });
  }

  stop(): void {
    this.#socket.close();
  }
}
