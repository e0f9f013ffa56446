import { WATCHED_LINKS_MAX } from "@ratchet/contracts";
import { eventually } from "@ratchet/testkit";

/** One who looks at links as a page does, and counts what is sent. */
export class StreamWatch {
  bytes = 0;
  frames = 0;

  private constructor(private readonly socket: WebSocket) {
    socket.addEventListener("message", ({ data }) => {
      this.bytes += Buffer.byteLength(String(data));
      if (String(data).startsWith('{"type":"telemetry"')) this.frames++;
    });
  }

  /** Resolves when links are told of. Of more than a reader may watch the first are. */
  static async open(url: string, linkUids: readonly string[]): Promise<StreamWatch> {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/v1/stream?namespace=default`);
    const watch = new StreamWatch(socket);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve(), { once: true });
      socket.addEventListener("error", () => reject(new Error("the stream cannot be opened")), { once: true });
    });
    socket.send(JSON.stringify({ type: "watch", links: linkUids.slice(0, WATCHED_LINKS_MAX) }));
    await eventually(
      async () => {
        if (watch.frames < 2) throw new Error("nothing is told yet");
      },
      { withinMs: 60_000, everyMs: 100 },
    );
    return watch;
  }

  close(): void {
    this.socket.close();
  }
}
