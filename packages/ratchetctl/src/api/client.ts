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

/** Speaks REST. node:http and not fetch: half the time to the first byte of a short-lived process. */
export class ApiClient {
  constructor(
    readonly server: ServerAddress,
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

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.send("PATCH", path, JSON.stringify(body), "application/merge-patch+json");
  }

  postYaml<T>(path: string, body: string): Promise<T> {
    return this.send("POST", path, body, "application/yaml");
  }

  private send<T>(method: string, path: string, body?: string, contentType?: string): Promise<T> {
    const { base, socketPath, text, ca } = this.server;
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
            ...authorization(this.server),
            ...(body === undefined
              ? {}
              : { "content-type": contentType ?? "application/json", "content-length": Buffer.byteLength(body) }),
          },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () => {
            const content = parse(Buffer.concat(chunks).toString());
            const status = answer.statusCode ?? 0;
            if (status >= 200 && status < 300 && content !== undefined) resolve(content as T);
            else reject(new Refused(status, isProblem(content) ? content : undefined));
          });
        },
      );
      outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
      outgoing.on("error", (error) => reject(new CtlError(`cannot reach the API at ${text}: ${reasonOf(error)}`)));
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
