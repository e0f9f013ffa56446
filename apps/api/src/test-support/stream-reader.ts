import { StreamFrame } from "@ratchet/contracts";
import { type ClientOptions, WebSocket } from "ws";

/** A reader of the stream that checks every frame against its contract. */
export class StreamReader {
  readonly frames: StreamFrame[] = [];
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  #wake: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.on("close", resolve));
    socket.on("message", (data) => {
      this.frames.push(StreamFrame.parse(JSON.parse(data.toString())));
      this.#wake();
    });
  }

  static async open(url: string, query = "", options: ClientOptions = {}): Promise<StreamReader> {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/v1/stream${query}`, options);
    const reader = new StreamReader(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
      socket.once("unexpected-response", (_request, response) => reject(new Error(`refused: ${response.statusCode}`)));
    });
    return reader;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  close(): void {
    this.#socket.terminate();
  }

  /** The first frame, from those already here on, that fits. */
  async frame<T extends StreamFrame>(fits: (frame: StreamFrame) => frame is T, withinMs?: number): Promise<T>;
  async frame(fits: (frame: StreamFrame) => boolean, withinMs?: number): Promise<StreamFrame>;
  async frame(fits: (frame: StreamFrame) => boolean, withinMs = 5000): Promise<StreamFrame> {
    const endMs = Date.now() + withinMs;
    for (;;) {
      const found = this.frames.find(fits);
      if (found !== undefined) return found;
      const leftMs = endMs - Date.now();
      if (leftMs <= 0) throw new Error(`no such frame among ${JSON.stringify(this.frames).slice(0, 2000)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
