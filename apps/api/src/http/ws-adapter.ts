import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { INestApplicationContext } from "@nestjs/common";
import { WsAdapter } from "@nestjs/platform-ws";
import { AGENT_CLOSE } from "@ratchet/contracts";
import { type WebSocket, WebSocketServer } from "ws";
import { socketRefusal } from "../access/doors.js";
import type { Gate } from "../access/gate.js";
import type { Identity } from "../access/identity.js";
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
  readonly #gate: Gate;
  readonly #clients = new Map<WebSocket, Identity>();
  readonly #onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

  constructor(app: INestApplicationContext, http: Server, gate: Gate) {
    super(app);
    this.#http = http;
    this.#gate = gate;
    this.#onUpgrade = (request, socket, head) => this.#upgrade(request, socket, head);
    http.on("upgrade", this.#onUpgrade);
    gate.onChange(() => this.#dismiss());
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

  /** Whose token was withdrawn is shown out. */
  #dismiss(): void {
    for (const [client, identity] of this.#clients) {
      if (!this.#gate.isStillGood(identity)) client.close(AGENT_CLOSE.identity, "the token was withdrawn");
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    try {
      checkOrigin(request, this.#gate.certificate);
      const path = (request.url ?? "").split("?", 1)[0] ?? "";
      const server = this.#servers.get(path);
      if (server === undefined) throw new ProblemError("NotFound", `there is no WebSocket at ${path}`);
      const identity = this.#gate.identify(request);
      const refusal = socketRefusal(identity, path);
      if (refusal !== undefined) throw new ProblemError("Forbidden", refusal);
      server.handleUpgrade(request, socket, head, (client) => {
        this.#clients.set(client, identity);
        client.once("close", () => this.#clients.delete(client));
        server.emit("connection", client, request);
      });
    } catch (error) {
      const problem =
        error instanceof ProblemError ? error : new ProblemError("Malformed", "the upgrade cannot be read");
      writeProblem(socket, problem);
    }
  }
}
