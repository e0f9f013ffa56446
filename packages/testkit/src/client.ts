import type { Change, Link, List, Node, Pod, Problem, Topology } from "@ratchet/contracts";

export interface Answer<T = unknown> {
  status: number;
  headers: Headers;
  body: T;
}

/** Talks REST to a running API and keeps what came back as it came back. */
export class Client {
  constructor(
    readonly url: string,
    readonly namespace = "default",
  ) {}

  async request<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const isText = typeof body === "string";
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": isText ? "application/yaml" : "application/json" }),
        "x-ratchet-actor": "test",
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
  }

  /** The body of a request that has to succeed. */
  async must<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T> {
    const answer = await this.request<T>(method, path, body, headers);
    if (answer.status >= 300) {
      const problem = answer.body as Problem;
      const fields = (problem.errors ?? []).map((error) => `${error.field} ${error.message}`).join("; ");
      throw new Error(`${method} ${path}: ${answer.status} ${problem.code}: ${problem.detail} ${fields}`);
    }
    return answer.body;
  }

  #in(kind: string, name = ""): string {
    return `/api/v1/namespaces/${this.namespace}/${kind}${name === "" ? "" : `/${name}`}`;
  }

  createPod(metadata: object, spec: object) {
    return this.must<Pod>("POST", this.#in("pods"), { metadata, spec });
  }
  createLink(name: string, spec: object) {
    return this.must<Link>("POST", this.#in("links"), { metadata: { name }, spec });
  }
  pod(name: string) {
    return this.must<Pod>("GET", this.#in("pods", name));
  }
  link(name: string) {
    return this.must<Link>("GET", this.#in("links", name));
  }
  async links() {
    return (await this.must<List<Link>>("GET", this.#in("links"))).items;
  }
  async pods() {
    return (await this.must<List<Pod>>("GET", this.#in("pods"))).items;
  }
  async nodes() {
    return (await this.must<List<Node>>("GET", "/api/v1/nodes")).items;
  }
  topology() {
    return this.must<Topology>("GET", this.#in("topology"));
  }
  patchLink(name: string, patch: object) {
    return this.must<Link>("PATCH", this.#in("links", name), patch, { "content-type": "application/merge-patch+json" });
  }
  reroute(name: string, endpoint: 0 | 1, to: object) {
    return this.must<Link>("POST", `${this.#in("links", name)}/reroute`, { endpoint, to });
  }
  remove(kind: "pods" | "links", name: string) {
    return this.must<Pod | Link>("DELETE", this.#in(kind, name));
  }
  act(name: string, verb: "kill" | "restart") {
    return this.must<Pod>("POST", `${this.#in("pods", name)}/${verb}`);
  }
  async changes(query = "") {
    return (await this.must<List<Change>>("GET", `/api/v1/changes${query}`)).items;
  }
  revert(id: string) {
    return this.must("POST", `/api/v1/changes/${id}/revert`);
  }
}
