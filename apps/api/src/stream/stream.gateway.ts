import type { IncomingMessage } from "node:http";
import { Inject, type OnModuleDestroy } from "@nestjs/common";
import { type OnGatewayConnection, WebSocketGateway } from "@nestjs/websockets";
import { StreamClientFrame, StreamQuery } from "@ratchet/contracts";
import type { WebSocket } from "ws";
import { Core } from "../core.js";
import type { Reader } from "./stream-hub.js";

/** What may wait for a reader beside a snapshot: it has fallen behind by more than it can catch up. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;
/** The uids of all links a reader may watch, with room. */
const MAX_FRAME_BYTES = 64 * 1024;
const HEARTBEAT_MS = 1000;
const CLOSE_WITHIN_MS = 5000;
const CATCH_UP_MS = 2000;
const CLOSE = { malformed: 1008, tooSlow: 1013 } as const;

/** Browsers follow here what is asked for and what the kernel has. */
@WebSocketGateway({ path: "/api/v1/stream", maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false })
export class StreamGateway implements OnGatewayConnection, OnModuleDestroy {
  readonly #core: Core;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
    this.#heartbeat = setInterval(() => core.hub.heartbeat(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  handleConnection(socket: WebSocket, request: IncomingMessage): void {
    const { searchParams } = new URL(request.url ?? "", "ws://stream");
    const query = StreamQuery.safeParse(Object.fromEntries(searchParams));
    if (!query.success) {
      socket.close(CLOSE.malformed, "the query is not since, store and namespace");
      return;
    }
    const { since, namespace } = query.data;
    const store = query.data.store ?? query.data.storeId;
    const reader = readerOf(socket, namespace, (slow) => this.#core.hub.leave(slow));
    const { telemetry } = this.#core;
    socket.on("message", (data, isBinary) => {
      const frame = isBinary ? undefined : read(data.toString());
      if (frame === undefined)
        socket.close(CLOSE.malformed, 'only {"type":"ping"} and {"type":"watch"} are understood');
      else if (frame.type === "watch" && socket.readyState === socket.OPEN) telemetry.watch(reader, frame.links);
    });
    socket.on("close", () => {
      this.#core.hub.leave(reader);
      telemetry.watch(reader, []);
    });
    void this.#join(socket, reader, store === undefined || store === this.#core.mirror.storeId ? since : undefined);
  }

  async #join(socket: WebSocket, reader: Reader, since: number | undefined): Promise<void> {
    const { hub, mirror } = this.#core;
    // The reader comes from a replica that was ahead: a snapshot of now would take it back.
    if (since !== undefined && since > mirror.revision) await mirror.reached(since, CATCH_UP_MS);
    if (socket.readyState === socket.OPEN) hub.join(reader, since);
  }

  onModuleDestroy(): void {
    clearInterval(this.#heartbeat);
  }
}

/** `leave`: called when it is sent nothing more. */
function readerOf(socket: WebSocket, namespace: string | undefined, leave: (reader: Reader) => void): Reader {
  const reader: Reader = {
    namespace,
    send(text) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
        socket.close(CLOSE.tooSlow, "too slow: reconnect with since=REVISION");
        // The close frame waits behind what the reader does not take.
        setTimeout(() => socket.terminate(), CLOSE_WITHIN_MS).unref();
        leave(reader);
        return;
      }
      socket.send(text);
    },
  };
  return reader;
}

function read(text: string): StreamClientFrame | undefined {
  try {
    return StreamClientFrame.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
