import { once } from "node:events";
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from "node:net";

/** Stands between a client and a server, so that their connections can be cut or held. */
export class Gate {
  /** The server's unix socket, or its port on loopback; it may appear and vanish with the server. */
  target: string | number = "";
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  #isOpen = true;
  #isHeld = false;

  private constructor() {
    this.#server = createServer((client) => this.#join(client));
  }

  /** On a unix socket. */
  static async at(path: string): Promise<Gate> {
    const gate = new Gate();
    gate.#server.listen(path);
    await once(gate.#server, "listening");
    return gate;
  }

  /** On a free port of loopback. */
  static async atPort(): Promise<Gate> {
    const gate = new Gate();
    gate.#server.listen(0, "127.0.0.1");
    await once(gate.#server, "listening");
    return gate;
  }

  /** Where it listens: the path, or `http://127.0.0.1:PORT`. */
  get address(): string {
    const address = this.#server.address() as AddressInfo | string;
    return typeof address === "string" ? address : `http://127.0.0.1:${address.port}`;
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

  #join(client: Socket): void {
    if (!this.#isOpen) {
      client.destroy();
      return;
    }
    const { target } = this;
    const server =
      typeof target === "number" ? createConnection(target, "127.0.0.1") : createConnection({ path: target });
    const pair: [Socket, Socket] = [client, server];
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const [from, to] of [pair, [server, client]] as const) {
      from.setNoDelay(true);
      from.on("data", (chunk) => to.write(chunk));
      from.on("error", end);
      from.on("close", end);
      if (this.#isHeld) from.pause();
    }
  }
}
