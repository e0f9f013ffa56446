import { Inject } from "@nestjs/common";
import { type OnGatewayConnection, WebSocketGateway } from "@nestjs/websockets";
import { DiallerToPeer, PEER_CLOSE } from "@ratchet/contracts";
import type { RawData, WebSocket } from "ws";
import { Core } from "../core.js";

/** Questions to agents, and nothing else. */
const MAX_FRAME_BYTES = 1024 * 1024;
const HELLO_WITHIN_MS = 10_000;

/** Other replicas dial in here. The first frame is `hello`. */
@WebSocketGateway({ path: "/api/v1/peer", maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false })
export class PeersGateway implements OnGatewayConnection {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  handleConnection(socket: WebSocket): void {
    const server = this.#core.replicas?.peers?.server;
    if (server === undefined) {
      socket.close(PEER_CLOSE.malformed, "this API is the only one on its store");
      return;
    }
    let replica: string | undefined;
    const late = setTimeout(() => socket.close(PEER_CLOSE.malformed, "no hello within 10 s"), HELLO_WITHIN_MS);
    socket.on("message", (data, isBinary) => {
      clearTimeout(late);
      if (socket.readyState !== socket.OPEN) return;
      const frame = read(data, isBinary);
      if (frame === undefined || (frame.type === "hello") !== (replica === undefined)) {
        socket.close(PEER_CLOSE.malformed, "not a frame of the protocol");
      } else if (frame.type === "hello") {
        if (server.join(socket, frame)) replica = frame.replica;
      } else if (replica !== undefined) {
        server.receive(replica, socket, frame);
      }
    });
    socket.on("close", () => {
      clearTimeout(late);
      if (replica !== undefined) server.left(replica, socket);
    });
  }
}

function read(data: RawData, isBinary: boolean): DiallerToPeer | undefined {
  try {
    return isBinary ? undefined : DiallerToPeer.safeParse(JSON.parse(data.toString())).data;
  } catch {
    return undefined;
  }
}
