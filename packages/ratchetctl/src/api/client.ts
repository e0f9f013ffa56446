import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Problem } from "@ratchet/contracts";
import { CtlError } from "../ctl-error.js";
import { authorization, tlsProblem } from "./credentials.js";
import type { ServerAddress } from "./server-address.js";

const TIMEOUT_MS = 30_000;

/** The API refused: the problem document's words. */
export class Refused extends CtlError {
  constructor(
    readonly status: number,
    readonly problem: Problem | undefined,
  ) {
    super(describe(status, problem));
  }
}

/** Nobody answered. `isUnasked`: the request cannot have reached an API, so that another may be asked. */
class Unreachable extends CtlError {
  constructor(
    message: string,
    readonly isUnasked: boolean,
  ) {
    super(message);
  }
}

/**
 * Speaks REST to the first of several replicas that can be reached, and goes on at the next when that one fails. What
 * may have been carried out is not sent twice.
 *
 * node:http and not fetch: half the time to the first byte of a short-lived process.
 */
export class ApiClient {
  private at = 0;

  /** `servers`: at least one. */
  constructor(
    readonly servers: readonly ServerAddress[],
    private readonly actor: string,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.send("GET", path);
  }

  delete<T>(path: string): Promise<T> {
    return this.send("DELETE", path);
  }

  post<T>(path: string, body?: unknown): Promise<T> {
    return body === undefined
      ? this.send("POST", path)
      : this.send("POST", path, JSON.stringify(body), "application/json");
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.send("PUT", path, JSON.stringify(body), "application/json");
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.send("PATCH", path, JSON.stringify(body), "application/merge-patch+json");
  }

  postYaml<T>(path: string, body: string): Promise<T> {
    return this.send("POST", path, body, "application/yaml");
  }

  /** What is no JSON: a report. */
  getText(path: string): Promise<string> {
    return this.send("GET", path, undefined, undefined, (text) => text);
  }

  private async send<T>(
    method: string,
    path: string,
    body?: string,
    contentType?: string,
    read: (text: string) => unknown = parse,
  ): Promise<T> {
    const problems: string[] = [];
    for (;;) {
      try {
        return await this.sendTo<T>(this.servers[this.at]!, method, path, body, contentType, read);
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        problems.push(error.message);
        this.at = (this.at + 1) % this.servers.length;
        const mayRepeat = error.isUnasked || method === "GET";
        if (!mayRepeat && this.servers.length > 1)
          throw new CtlError(`${error.message}; it may have been done: look before you ask another`);
        if (!mayRepeat || problems.length >= this.servers.length) throw new CtlError(problems.join("\n"));
      }
    }
  }

  private sendTo<T>(
    server: ServerAddress,
    method: string,
    path: string,
    body: string | undefined,
    contentType: string | undefined,
    read: (text: string) => unknown,
  ): Promise<T> {
    const { base, socketPath, text, ca } = server;
    const request = base.protocol === "https:" ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(path, base),
        {
          method,
          timeout: TIMEOUT_MS,
          ...(socketPath === undefined ? {} : { socketPath }),
          ...(ca === undefined ? {} : { ca }),
          headers: {
            accept: "application/json",
            "x-ratchet-actor": this.actor,
            ...authorization(server),
            ...(body === undefined
              ? {}
              : { "content-type": contentType ?? "application/json", "content-length": Buffer.byteLength(body) }),
          },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", (error) => outgoing.destroy(error));
          answer.on("end", () => {
            const text = Buffer.concat(chunks).toString();
            const status = answer.statusCode ?? 0;
            const content = status >= 200 && status < 300 ? read(text) : parse(text);
            if (status >= 200 && status < 300 && content !== undefined) resolve(content as T);
            else reject(new Refused(status, isProblem(content) ? content : undefined));
          });
        },
      );
      outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
      let isConnected = false;
      outgoing.on("socket", (socket) =>
        socket.once(base.protocol === "https:" ? "secureConnect" : "connect", () => {
          isConnected = true;
        }),
      );
      outgoing.on("error", (error) =>
        reject(new Unreachable(`cannot reach the API at ${text}: ${reasonOf(error)}`, !isConnected)),
      );
      outgoing.end(body);
    });
  }
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === "ECONNREFUSED" || error.code === "ENOENT") {
    return "nobody listens there (is the lab running? --server or RATCHET_SERVER names another address)";
  }
  return tlsProblem(error) ?? error.message;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "detail" in value && "code" in value;
}

function describe(status: number, problem: Problem | undefined): string {
  if (problem === undefined) return `the API answered with status ${status} and no explanation`;
  // The detail of a single mistake names its field already.
  const fields = (problem.errors ?? []).map(({ field, message }) => `${field} ${message}`);
  const others = fields.filter((text) => !problem.detail.includes(text)).map((text) => `\n  ${text}`);
  const remedy = status === 401 ? "\n  --token-file or RATCHET_TOKEN_FILE names the token" : "";
  return `${problem.code}: ${problem.detail}${others.join("")}${remedy}`;
}
