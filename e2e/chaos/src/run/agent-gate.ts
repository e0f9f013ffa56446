import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";

/** Stands between one agent and the API's socket, so that the connection can be cut or held. */
export class AgentGate {
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  #isOpen = true;
  #isHeld = false;

  /** `target` may appear and vanish with the API. */
  constructor(
    readonly path: string,
    readonly target: () => string,
  ) {
    this.#server = createServer((agent) => this.#join(agent));
  }

  async listen(): Promise<void> {
    this.#server.listen(this.path);
    await once(this.#server, "listening");
  }

  /** Ends the connection and takes no other until `restore`. */
  cut(): void {
    this.#isOpen = false;
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** Lets nothing through in either direction until `restore`; nobody is told. */
  hold(): void {
    this.#isHeld = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  restore(): void {
    this.#isOpen = true;
    this.#isHeld = false;
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  async close(): Promise<void> {
    this.cut();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(agent: Socket): void {
    if (!this.#isOpen) {
      agent.destroy();
      return;
    }
    const api = createConnection(this.target());
    const pair: [Socket, Socket] = [agent, api];
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      agent.destroy();
      api.destroy();
    };
    for (const [from, to] of [pair, [api, agent]] as const) {
      from.on("data", (chunk) => to.write(chunk));
      from.on("error", end);
      from.on("close", end);
      if (this.#isHeld) from.pause();
    }
  }
}
