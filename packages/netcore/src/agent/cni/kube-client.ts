import { once } from "node:events";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { type RequestOptions, request as tlsRequest } from "node:https";
import { createInterface } from "node:readline";
import type { KubeConfig } from "@kubernetes/client-node";

/** What the Kubernetes API answered instead of what was asked for. */
export class KubeError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A connection silent for longer than the server's bookmarks are apart (about a minute) is dead. */
const SILENCE_MS = 90_000;

/** GETs of the Kubernetes API with a kubeconfig's server and credentials. */
export class KubeClient {
  private constructor(private readonly config: KubeConfig) {}

  /**
   * `kubeconfig`: a file, or `in-cluster`. Loads the Kubernetes client only now: it is the larger half of the agent's
   * memory, and only agents that watch Kubernetes pay for it.
   */
  static async load(kubeconfig: string): Promise<KubeClient> {
    const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
    const config = new KubeConfig();
    if (kubeconfig === "in-cluster") config.loadFromCluster();
    else config.loadFromFile(kubeconfig);
    if (config.getCurrentCluster() === null) throw new Error("--kubeconfig names no cluster as the current one");
    return new KubeClient(config);
  }

  /** @throws KubeError */
  async get(path: string, query: Record<string, string>, signal: AbortSignal): Promise<unknown> {
    const response = await this.open(path, query, signal);
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  }

  /** One value per line, as long as the server goes on. @throws KubeError */
  async *lines(path: string, query: Record<string, string>, signal: AbortSignal): AsyncGenerator<unknown> {
    const response = await this.open(path, query, signal);
    try {
      for await (const line of createInterface(response)) if (line !== "") yield JSON.parse(line);
    } finally {
      response.destroy();
    }
  }

  private async open(path: string, query: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
    const url = new URL(`${this.config.getCurrentCluster()?.server}${path}?${new URLSearchParams(query)}`);
    const options: RequestOptions = { method: "GET", headers: { accept: "application/json" }, signal };
    // Each time anew: a service account's token is exchanged on disk while the agent runs.
    await this.config.applyToHTTPSOptions(options);
    const request = (url.protocol === "http:" ? plainRequest : tlsRequest)(url, options);
    request.setTimeout(SILENCE_MS, () => request.destroy(new Error("the Kubernetes API is silent")));
    request.end();
    const [response] = (await once(request, "response", { signal })) as [IncomingMessage];
    if (response.statusCode === 200) return response;
    response.destroy();
    throw new KubeError(response.statusCode ?? 0, `the Kubernetes API answered ${response.statusCode}`);
  }
}
