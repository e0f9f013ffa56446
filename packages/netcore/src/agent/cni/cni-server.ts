import { chmodSync, lstatSync, mkdirSync, unlinkSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { dirname } from "node:path";
import {
  CNI_ERROR,
  CniAddRequest,
  type CniAddResponse,
  CniCheckRequest,
  CniClassifyRequest,
  type CniClassifyResponse,
  CniDelRequest,
  CniGcRequest,
  type CniProblem,
  type CniStatusResponse,
} from "@ratchet/contracts";
import type { Log } from "../log.js";
import { CniFailure } from "./cni-failure.js";

/** What the socket asks for; each throws CniFailure. */
export interface CniRequests {
  classify(request: CniClassifyRequest): CniClassifyResponse;
  add(request: CniAddRequest): Promise<CniAddResponse>;
  del(request: CniDelRequest): Promise<void>;
  check(request: CniCheckRequest): void;
  gc(request: CniGcRequest): Promise<void>;
  status(): CniStatusResponse;
}

// A prevResult of hundreds of interfaces fits many times.
const MAX_BODY_BYTES = 256 * 1024;
const MAX_CONNECTIONS = 512;
const BODY_TIMEOUT_MS = 10_000;

interface Checkable<T> {
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } };
}

/** Answers with what it returns; what it tells before goes out first, a line each. */
type Handler = (body: string, tell: (line: unknown) => Promise<void>) => unknown;

/** HTTP/1.1 on a unix socket of mode 0600: what the CNI executable talks to. */
export class CniServer {
  private readonly server: Server;
  private readonly routes: ReadonlyMap<string, Handler>;

  constructor(
    requests: CniRequests,
    private readonly log: Log,
  ) {
    const done = () => ({});
    this.routes = new Map<string, Handler>([
      ["GET /v1/status", () => requests.status()],
      ["POST /v1/classify", (body) => requests.classify(read(CniClassifyRequest, body))],
      [
        "POST /v1/add",
        async (body, tell) => {
          const request = read(CniAddRequest, body);
          const whose = request.isRatchet === true ? { isRatchet: true, known: true } : requests.classify(request);
          if (!whose.isRatchet) return whose;
          // Its reader works meanwhile; making ports keeps this process busy for milliseconds.
          await tell(whose);
          return requests.add(request);
        },
      ],
      ["POST /v1/del", (body) => requests.del(read(CniDelRequest, body)).then(done)],
      [
        "POST /v1/check",
        (body) => {
          requests.check(read(CniCheckRequest, body));
          return done();
        },
      ],
      ["POST /v1/gc", (body) => requests.gc(read(CniGcRequest, body)).then(done)],
    ]);
    this.server = createServer({ requestTimeout: BODY_TIMEOUT_MS }, (request, response) => {
      void this.answer(request, response);
    });
    this.server.maxConnections = MAX_CONNECTIONS;
  }

  /** Listens; a socket that a killed agent left is replaced. Rejects when something else has the path. */
  async listen(path: string): Promise<void> {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    const left = lstatSync(path, { throwIfNoEntry: false });
    if (left?.isSocket()) unlinkSync(path);
    else if (left !== undefined) throw new Error(`--cni-socket names something that is no socket: ${path}`);
    // The socket is made with its final mode: between listen and a later chmod anybody could connect.
    const before = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        this.server.once("error", reject);
        this.server.listen(path, resolve);
      });
    } finally {
      process.umask(before);
    }
    chmodSync(path, 0o600);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const tell = (line: unknown) =>
      new Promise<void>((resolve) => {
        if (!response.headersSent) response.writeHead(200, { "content-type": "application/x-ndjson" });
        // A reader that has hung up is told of by the DEL that follows.
        response.write(`${JSON.stringify(line)}\n`, () => resolve());
      });
    try {
      const handler = this.routes.get(`${request.method} ${request.url}`);
      if (handler === undefined) {
        reply(
          response,
          404,
          problem(CNI_ERROR.unsupportedField, "no such request", `${request.method} ${request.url}`),
        );
        request.resume();
        return;
      }
      reply(response, 200, await handler(await bodyOf(request), tell));
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof CniFailure) {
        this.log("info", "a CNI request was refused", { request: request.url, code: error.code, error: message });
        reply(response, error.status, problem(error.code, message, error.details));
        return;
      }
      this.log("error", "a CNI request failed", { request: request.url, error: (error as Error).stack });
      reply(response, 500, problem(CNI_ERROR.internal, "the agent failed; its log says more", message));
    }
  }
}

function read<T>(schema: Checkable<T>, body: string): T {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw new CniFailure(CNI_ERROR.decode, "the request is not JSON", (error as Error).message);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const details = result.error.issues.map(({ path, message }) => `${path.join(".") || "request"} ${message}`);
  throw new CniFailure(CNI_ERROR.decode, "the request is not of the protocol", details.join("; "));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new CniFailure(CNI_ERROR.decode, "the request is too large", `at most ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function problem(code: number, msg: string, details: string): CniProblem {
  return { code, msg, details };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  if (response.headersSent) {
    // The status went with the first line.
    response.end(`${JSON.stringify(status === 200 ? { result: body } : { problem: body })}\n`);
    return;
  }
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}
