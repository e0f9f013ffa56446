import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { LabError } from "./lab-error.js";

const LOOK_MS = 500;
const ANSWER_WITHIN_MS = 1000;

/**
 * One address for several replicas, as a load balancer gives it in production: each connection goes to the next replica
 * that answers. What a replica that dies had under way is cut, and its client comes again.
 */
export class Front {
  readonly #server: Server;
  readonly #ports: readonly number[];
  readonly #silent = new Set<number>();
  readonly #sockets = new Set<Socket>();
  readonly #timer: NodeJS.Timeout;
  #turn = 0;

  private constructor(server: Server, ports: readonly number[]) {
    this.#server = server;
    this.#ports = ports;
    server.on("connection", (client) => this.#serve(client));
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /** Listens on loopback. `ports`: of the replicas, there or not. */
  static async start(port: number, ports: readonly number[]): Promise<Front> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) => reject(new LabError(`cannot listen on port ${port}: ${error.message}`)));
      server.listen(port, "127.0.0.1", resolve);
    });
    return new Front(server, ports);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(client: Socket): void {
    this.#keep(client);
    const first = this.#turn++;
    const inTurn = this.#ports.map((_, index) => this.#ports[(first + index) % this.#ports.length]!);
    const answering = inTurn.filter((port) => !this.#silent.has(port));
    this.#connect(client, [...answering, ...inTurn.filter((port) => this.#silent.has(port))]);
  }

  #connect(client: Socket, [port, ...others]: readonly number[]): void {
    if (port === undefined || client.destroyed) {
      client.destroy();
      return;
    }
    const replica = dial(port, "127.0.0.1");
    this.#keep(replica);
    const refused = () => this.#connect(client, others);
    replica.once("error", refused);
    replica.once("connect", () => {
      replica.off("error", refused);
      client.on("close", () => replica.destroy());
      replica.on("close", () => client.destroy());
      client.pipe(replica).pipe(client);
      client.resume();
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
  }

  // A replica that hangs still takes connections.
  async #look(): Promise<void> {
    await Promise.all(
      this.#ports.map(async (port) => {
        const answer = await fetch(`http://127.0.0.1:${port}/healthz`, {
          signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        }).catch(() => undefined);
        if (answer?.ok) this.#silent.delete(port);
        else this.#silent.add(port);
      }),
    );
  }
}
