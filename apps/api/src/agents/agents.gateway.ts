import type { IncomingMessage } from "node:http";
import { Inject } from "@nestjs/common";
import { type OnGatewayConnection, WebSocketGateway } from "@nestjs/websockets";
import { AGENT_CLOSE, AgentGreeting, AgentHello, AgentToApi } from "@ratchet/contracts";
import type { RawData, WebSocket } from "ws";
import { Gate } from "../access/gate.js";
import type { Identity } from "../access/identity.js";
import { AgentsService } from "./agents.service.js";
import { MalformedFrame } from "./malformed-frame.js";

/** A report of a node with thousands of ports stays far below it. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/** Agents dial in here. The first frame is `hello`; what is not of the protocol ends the connection. */
@WebSocketGateway({ path: "/api/v1/agent", maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false })
export class AgentsGateway implements OnGatewayConnection {
  readonly #agents: AgentsService;

  readonly #gate: Gate;

  constructor(@Inject(AgentsService) agents: AgentsService, @Inject(Gate) gate: Gate) {
    this.#agents = agents;
    this.#gate = gate;
  }

  handleConnection(socket: WebSocket, request: IncomingMessage): void {
    const identity = this.#gate.identify(request);
    let node: string | undefined;
    // Frames are taken one after another: the next waits until hello is through.
    let turn: Promise<void> = Promise.resolve();
    socket.on("message", (data, isBinary) => {
      turn = turn.then(async () => {
        if (socket.readyState !== socket.OPEN) return;
        try {
          if (node === undefined) {
            // One of another version may look different: it is to hear of the version, not of its form.
            if (!this.#agents.understands(socket, read(AgentGreeting, data, isBinary).protocol)) return;
            node = await this.#greet(socket, read(AgentHello, data, isBinary), identity);
          } else this.#agents.receive(node, socket, read(AgentToApi, data, isBinary));
        } catch (error) {
          this.#agents.refuse(socket, error);
        }
      });
    });
    socket.on("close", () => {
      void turn.then(() => node !== undefined && this.#agents.left(node, socket));
    });
    this.#agents.expectHello(socket);
  }

  async #greet(socket: WebSocket, hello: AgentHello, identity: Identity): Promise<string | undefined> {
    if (identity.role === "node" && identity.node !== hello.node.name) {
      socket.close(AGENT_CLOSE.identity, `this token is of node ${identity.node} and of no other`);
      return undefined;
    }
    const isWelcome = await this.#agents.join(socket, hello);
    return isWelcome ? hello.node.name : undefined;
  }
}

function read<T>(schema: { parse(value: unknown): T }, data: RawData, isBinary: boolean): T {
  if (isBinary) throw new MalformedFrame("a binary frame");
  try {
    return schema.parse(JSON.parse(data.toString()));
  } catch (error) {
    throw new MalformedFrame((error as Error).message);
  }
}
