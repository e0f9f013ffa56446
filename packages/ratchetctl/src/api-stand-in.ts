import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Link, Pod } from "@ratchet/contracts";
import { type WebSocket, WebSocketServer } from "ws";
import { run } from "./run.js";

export interface Received {
  method: string;
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** An API for tests, at the protocol boundary: answers what it is told, remembers what it was asked. */
export class ApiStandIn implements AsyncDisposable {
  /** For a test's files; removed with it. */
  readonly folder = mkdtempSync(join(tmpdir(), "ratchetctl-"));
  readonly received: Received[] = [];
  readonly streams: { url: string; socket: WebSocket }[] = [];
  readonly answers = new Map<string, { status: number; body: unknown }>();
  /** A request that it reads and dies of. */
  hangUpOn: string | undefined;
  /** Called for every stream that is opened, with its number from 1 on. */
  onStream: (socket: WebSocket, number: number) => void = () => {};
  readonly #server = createServer();
  readonly #sockets = new WebSocketServer({ server: this.#server });

  static async start(): Promise<ApiStandIn> {
    const standIn = new ApiStandIn();
    standIn.#server.listen(0, "127.0.0.1");
    await once(standIn.#server, "listening");
    return standIn;
  }

  private constructor() {
    this.#server.on("request", async (request, response) => {
      const { method = "", url = "", headers } = request;
      this.received.push({ method, url, headers, body: await text(request) });
      if (this.hangUpOn === `${method} ${url}`) {
        request.socket.destroy();
        return;
      }
      const answer = this.answers.get(`${method} ${url}`) ?? {
        status: 404,
        body: { type: "", title: "", status: 404, code: "NotFound", detail: `nothing at ${method} ${url}`, errors: [] },
      };
      response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
    });
    this.#sockets.on("connection", (socket, request) => {
      this.streams.push({ url: request.url ?? "", socket });
      this.onStream(socket, this.streams.length);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  answer(request: string, body: unknown, status = 200): void {
    this.answers.set(request, { status, body });
  }

  /** Runs the command line against it and answers what it printed. */
  async ctl(argv: string[], options: { stdin?: NodeJS.ReadableStream; interrupt?: AbortSignal } = {}) {
    let stdout = "";
    let stderr = "";
    const streams = {
      stdin: options.stdin ?? process.stdin,
      out: (chunk: string) => void (stdout += chunk),
      err: (chunk: string) => void (stderr += chunk),
      isOutTty: false,
      isErrTty: false,
      interrupt: () => options.interrupt ?? new AbortController().signal,
    };
    const code = await run(argv, streams, { RATCHET_SERVER: this.url });
    return { code, stdout, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    if (!this.#server.listening) return;
    for (const client of this.#sockets.clients) client.terminate();
    this.#sockets.close();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

const metadata = (name: string, revision: number) => ({
  namespace: "default",
  name,
  uid: "6f1f2c53-5a53-4b42-8a55-2b5c1f0c7a10",
  revision,
  labels: {},
  annotations: {},
  createdAt: "2026-01-01T00:00:00.000Z",
});

/** A tunnel between `a:in1` and `b:in2`. */
export function tunnel(phase: Link["status"]["phase"], revision = 7, state: "up" | "down" = "up"): Link {
  return {
    apiVersion: "ratchet.network/v1alpha1",
    kind: "Link",
    metadata: metadata("mid", revision),
    spec: {
      endpoints: [
        { pod: "a", interface: "in1", addresses: ["10.0.0.1/24"] },
        { pod: "b", interface: "in2", addresses: ["10.0.0.2/24"] },
      ],
      transport: "auto",
      wiring: "patched",
      state,
    },
    status: {
      phase,
      transport: "vxlan",
      vni: 4711,
      mtu: 1450,
      observedRevision: revision,
      endpoints: [],
      conditions:
        phase === "Error"
          ? [{ type: "Ready", status: "False", reason: "X", message: "no VTEP", since: "2026-01-01T00:00:00.000Z" }]
          : [],
    },
  };
}

export function podIn(netns: string | null): Pod {
  return {
    apiVersion: "ratchet.network/v1alpha1",
    kind: "Pod",
    metadata: metadata("a", 1),
    spec: { sandbox: { managed: true } },
    status: { phase: netns === null ? "Gone" : "Ready", node: "left", netns, message: "", interfaces: [] },
  };
}

/** The stream's first message, at revision 7. */
export function snapshot(...items: unknown[]): string {
  return JSON.stringify({ type: "snapshot", storeId: "s1", revision: 7, sequence: 1, items });
}

export function delta(revision: number, ...upserts: unknown[]): string {
  return JSON.stringify({ type: "delta", revision, sequence: 2, upserts, deletes: [] });
}
