import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FILES, makeFolder } from "@ratchet/credentials";
import { WebSocket } from "ws";
import { type ApiOptions, type RunningApi, startApi } from "../start-api.js";
import { LogLines } from "./log-lines.js";

export interface Asked {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  body: any;
}

export interface Ask {
  token?: string;
  cookie?: string;
  origin?: string;
  host?: string;
  body?: unknown;
  ca?: string;
}

export function makeCredentials(folder: string): Promise<void> {
  return makeFolder(folder, { hosts: ["127.0.0.1", "localhost", "api.example"], days: 30, nodes: ["left", "right"] });
}

/** A real API behind TLS and tokens, as `ratchetctl init` makes them, with nodes `left` and `right`. */
export class GuardedApi {
  readonly lines: LogLines;
  readonly ca: string;

  private constructor(
    readonly folder: string,
    readonly base: string,
    readonly api: RunningApi,
    lines: LogLines,
  ) {
    this.lines = lines;
    this.ca = this.read(FILES.authority);
  }

  /** `folder`: of the credentials; default one of its own. */
  static async start(options: Partial<ApiOptions> & { folder?: string } = {}): Promise<GuardedApi> {
    const base = mkdtempSync(join(tmpdir(), "ratchet-guarded-"));
    const folder = options.folder ?? join(base, "credentials");
    if (options.folder === undefined) await makeCredentials(folder);
    const access = {
      tlsCert: join(folder, FILES.server),
      tlsKey: join(folder, FILES.serverKey),
      tokens: join(folder, FILES.tokens),
    };
    const lines = new LogLines();
    const listen = { host: "127.0.0.1", port: 0 };
    const api = await startApi({ listen, data: join(base, "data"), log: lines.logger, access, ...options });
    return new GuardedApi(folder, base, api, lines);
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8").trim();
  }

  token(whose: "operator" | "replica" | "metrics" | { node: string }): string {
    return this.read(typeof whose === "string" ? FILES[whose] : FILES.node(whose.node));
  }

  ask(method: string, path: string, { token, cookie, origin, host, body, ca = this.ca }: Ask = {}): Promise<Asked> {
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(cookie === undefined ? {} : { cookie }),
      ...(origin === undefined ? {} : { origin }),
      ...(host === undefined ? {} : { host }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(path, this.api.url),
        { method, headers, ca, agent: false, servername: "api.example" },
        (answer) => {
          let text = "";
          answer.on("data", (chunk) => (text += chunk));
          answer.on("end", () => {
            const isJson = answer.headers["content-type"]?.includes("json") === true && text !== "";
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: isJson ? JSON.parse(text) : text,
            });
          });
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Opens a WebSocket; the status when it is refused. */
  open(path: string, { token, cookie, origin }: Ask = {}): Promise<WebSocket | number> {
    const socket = new WebSocket(`${this.api.url.replace(/^http/, "ws")}${path}`, {
      ca: this.ca,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(cookie === undefined ? {} : { cookie }),
        ...(origin === undefined ? {} : { origin }),
      },
    });
    return new Promise((resolve, reject) => {
      socket.once("open", () => resolve(socket));
      socket.once("error", (error) => {
        const [, status] = /server response: (\d+)/.exec(error.message) ?? [];
        if (status === undefined) reject(error);
        else resolve(Number(status));
      });
    });
  }

  async stop(): Promise<void> {
    await this.api.stop();
    rmSync(this.base, { recursive: true, force: true });
  }
}
