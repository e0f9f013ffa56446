import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { INestApplicationContext } from "@nestjs/common";
import { WsAdapter } from "@nestjs/platform-ws";
import { WebSocketServer } from "ws";
import { ProblemError } from "./problem-error.js";
import { checkOrigin } from "./request-checks.js";
import { writeProblem } from "./write-problem.js";

interface Options {
  path?: string;
}

/** Nest's plain `ws`, with the checks of the API before each upgrade, and refusals as problem documents. */
export class GuardedWsAdapter extends WsAdapter {
  readonly #servers = new Map<string, WebSocketServer>();
  readonly #http: Server;
  readonly #onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

  constructor(app: INestApplicationContext, http: Server) {
    super(app);
    this.#http = http;
    this.#onUpgrade = (request, socket, head) => this.#upgrade(request, socket, head);
    http.on("upgrade", this.#onUpgrade);
  }

  override create(_port: number, { path = "", ...options }: Options & Record<string, unknown>): WebSocketServer {
    const server = this.bindErrorHandler(new WebSocketServer({ noServer: true, ...options })) as WebSocketServer;
    this.#servers.set(path, server);
    return server;
  }

  /** Frames have one form for each gateway, which reads them itself. */
  override bindMessageHandlers(): void {}

  override async dispose(): Promise<void> {
    this.#http.off("upgrade", this.#onUpgrade);
    await super.dispose();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    try {
      checkOrigin(request);
      const path = (request.url ?? "").split("?", 1)[0] ?? "";
      const server = this.#servers.get(path);
      if (server === undefined) throw new ProblemError("NotFound", `there is no WebSocket at ${path}`);
      server.handleUpgrade(request, socket, head, (client) => server.emit("connection", client, request));
    } catch (error) {
      const problem =
        error instanceof ProblemError ? error : new ProblemError("Malformed", "the upgrade cannot be read");
      writeProblem(socket, problem);
    }
  }
}
