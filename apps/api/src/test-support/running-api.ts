import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Link, Pod } from "@ratchet/contracts";
import { SILENT } from "../logger.js";
import { type ApiOptions, type RunningApi, startApi } from "../start-api.js";

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  body: any;
}

/** A real API on data of its own, spoken to over HTTP. */
export class TestApi {
  readonly data: string;
  readonly options: ApiOptions;
  #api: RunningApi;

  private constructor(api: RunningApi, options: ApiOptions) {
    this.#api = api;
    this.options = options;
    this.data = options.data;
  }

  static async start(overrides: Partial<ApiOptions> = {}): Promise<TestApi> {
    const data = overrides.data ?? (await mkdtemp(join(tmpdir(), "ratchet-api-test-")));
    const options = { listen: { host: "127.0.0.1", port: 0 }, log: SILENT, ...overrides, data };
    return new TestApi(await startApi(options), options);
  }

  get url(): string {
    return this.#api.url;
  }

  get core(): RunningApi["core"] {
    return this.#api.core;
  }

  /** Stops it and starts it again on the same data. */
  async restart(): Promise<void> {
    await this.#api.stop();
    this.#api = await startApi(this.options);
  }

  async stop(): Promise<void> {
    await this.#api.stop();
    await rm(this.data, { recursive: true, force: true });
  }

  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const isText = typeof body === "string" || body instanceof Uint8Array;
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: isText ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== "" ? JSON.parse(text) : text,
    };
  }

  get(path: string): Promise<Answer> {
    return this.request("GET", path);
  }

  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.request("POST", path, body, headers);
  }

  async pod(name: string, spec: object = { sandbox: { managed: true } }, namespace = "default"): Promise<Pod> {
    return accepted(await this.post(`/api/v1/namespaces/${namespace}/pods`, { metadata: { name }, spec }));
  }

  async link(name: string, ends: object[], spec: object = {}, namespace = "default"): Promise<Link> {
    const body = { metadata: { name }, spec: { endpoints: ends, ...spec } };
    return accepted(await this.post(`/api/v1/namespaces/${namespace}/links`, body));
  }

  /** Reads until it is so; status follows events, not requests. */
  async until(path: string, is: (body: Answer["body"]) => boolean, withinMs = 20_000): Promise<Answer["body"]> {
    const endMs = Date.now() + withinMs;
    for (;;) {
      const { body } = await this.get(path);
      if (is(body)) return body;
      if (Date.now() > endMs) throw new Error(`${path} stayed ${JSON.stringify(body)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

function accepted(answer: Answer): never {
  if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as never;
}
