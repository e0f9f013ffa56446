import type { ApplyResult, Link, List, Node, Pod, Problem, Topology } from "@ratchet/contracts";
import { LabError } from "./lab-error.js";

/** The few calls of the API that a lab makes. Refusals throw LabError with the problem's text. */
export class ApiClient {
  constructor(readonly url: string) {}

  nodes(): Promise<List<Node>> {
    return this.request("GET", "/api/v1/nodes");
  }

  topology(namespace = "default"): Promise<Topology> {
    return this.request("GET", `/api/v1/namespaces/${namespace}/topology`);
  }

  apply(yaml: string, query = ""): Promise<ApplyResult> {
    return this.request("POST", `/api/v1/apply${query}`, yaml, "application/yaml");
  }

  patchLink(name: string, patch: unknown, namespace = "default"): Promise<Link> {
    const path = `/api/v1/namespaces/${namespace}/links/${name}`;
    return this.request("PATCH", path, JSON.stringify(patch), "application/merge-patch+json");
  }

  reroute(name: string, request: unknown, namespace = "default"): Promise<Link> {
    const path = `/api/v1/namespaces/${namespace}/links/${name}/reroute`;
    return this.request("POST", path, JSON.stringify(request), "application/json");
  }

  delete(plural: "pods" | "links", name: string, namespace = "default"): Promise<Link | Pod> {
    return this.request("DELETE", `/api/v1/namespaces/${namespace}/${plural}/${name}`);
  }

  async request<T>(method: string, path: string, body?: string, contentType?: string): Promise<T> {
    let answer: Response;
    try {
      answer = await fetch(`${this.url}${path}`, {
        method,
        headers: { "x-ratchet-actor": "lab", ...(contentType === undefined ? {} : { "content-type": contentType }) },
        ...(body === undefined ? {} : { body }),
      });
    } catch (error) {
      throw new LabError(`the API at ${this.url} does not answer: ${causeOf(error)}`);
    }
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text) as T;
    throw new LabError(`${method} ${path}: ${describeProblem(answer.status, text)}`);
  }
}

function causeOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error ? cause.message : String(error);
}

function describeProblem(status: number, text: string): string {
  try {
    const problem = JSON.parse(text) as Problem;
    // The detail of a single mistake names its field already.
    const fields = problem.errors.map(({ field, message }) => `${field} ${message}`);
    const others = fields.filter((text) => !problem.detail.includes(text)).map((text) => `\n    ${text}`);
    return `${problem.code}: ${problem.detail}${others.join("")}`;
  } catch {
    return `status ${status}`;
  }
}
