import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { LabError } from "./lab-error.js";

const LOOK_MS = 500;
const ANSWER_WITHIN_MS = 1500;
/** So many looks without an answer, and what is open to a replica is cut: its clients would wait for ever. */
const CUT_AFTER_LOOKS = 2;

/**
 * One address for several replicas, as a load balancer gives it in production: each connection goes to the next replica
 * that answers. What a replica that dies or hangs had under way is cut, and its client comes again.
 */
export class Front {
  readonly #server: Server;
  readonly #ports: readonly number[];
  /** How many looks in a row a replica has not answered. */
  readonly #silent = new Map<number, number>();
  readonly #open = new Map<number, Set<Socket>>();
  readonly #sockets = new Set<Socket>();
  #timer: NodeJS.Timeout;
  #isClosed = false;
  #turn = 0;

  private constructor(server: Server, ports: readonly number[]) {
    this.#server = server;
    this.#ports = ports;
    server.on("connection", (client) => this.#serve(client));
    this.#timer = setTimeout(() => void this.#look(), LOOK_MS);
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
    this.#isClosed = true;
    clearTimeout(this.#timer);
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
      const open = this.#open.get(port) ?? new Set<Socket>();
      this.#open.set(port, open.add(replica));
      replica.on("close", () => open.delete(replica));
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
        await answer?.arrayBuffer().catch(() => undefined);
        if (answer?.ok) {
          this.#silent.delete(port);
          return;
        }
        const looks = (this.#silent.get(port) ?? 0) + 1;
        this.#silent.set(port, looks);
        if (looks >= CUT_AFTER_LOOKS) for (const replica of this.#open.get(port) ?? []) replica.destroy();
      }),
    );
    // One look after the other: two at a time would count one silence twice.
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#look(), LOOK_MS).unref();
  }
}
