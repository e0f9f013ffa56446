import { writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface FakePod {
  metadata: {
    namespace: string;
    name: string;
    uid: string;
    resourceVersion: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
  };
}

/** Stands in for the Kubernetes API at its HTTP edge: list and watch of pods, versions that expire, lines that break. */
export class FakeKube {
  private readonly pods = new Map<string, FakePod>();
  private readonly log: { version: number; type: string; object: FakePod }[] = [];
  private readonly watchers = new Set<ServerResponse>();
  private version = 1;
  /** Watches from before this are answered 410. */
  private oldest = 0;
  lists = 0;
  /** Where watches began. */
  readonly watchedFrom: number[] = [];
  readonly selectors = new Set<string>();

  private constructor(private readonly server: Server) {
    server.on("request", (request, response: ServerResponse) => {
      const url = new URL(request.url ?? "", "http://kube");
      this.selectors.add(url.searchParams.get("fieldSelector") ?? "");
      if (url.pathname !== "/api/v1/pods") response.writeHead(404).end();
      else if (url.searchParams.get("watch") !== "true") this.list(response);
      else this.watch(Number(url.searchParams.get("resourceVersion")), response);
    });
  }

  static async listen(): Promise<FakeKube> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new FakeKube(server);
  }

  writeKubeconfig(path: string): void {
    const { port } = this.server.address() as AddressInfo;
    const config = {
      ...{ apiVersion: "v1", kind: "Config", "current-context": "c", users: [{ name: "u", user: {} }] },
      clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    };
    writeFileSync(path, JSON.stringify(config));
  }

  put(name: string, labels: Record<string, string>, annotations: Record<string, string> = {}): void {
    const type = this.pods.has(name) ? "MODIFIED" : "ADDED";
    const resourceVersion = String(++this.version);
    const metadata = { namespace: "default", name, uid: `uid-${name}`, resourceVersion, labels, annotations };
    this.pods.set(name, { metadata });
    this.tell(type, { metadata });
  }

  remove(name: string): void {
    const pod = this.pods.get(name);
    if (pod === undefined) return;
    this.pods.delete(name);
    this.tell("DELETED", { metadata: { ...pod.metadata, resourceVersion: String(++this.version) } });
  }

  /** Breaks every watch in the middle of a line. */
  breakWatches(): void {
    for (const watcher of this.watchers) {
      watcher.write('{"type":"MODI');
      watcher.destroy();
    }
    this.watchers.clear();
  }

  /** Forgets what was: whoever resumes has to list again. */
  expire(): void {
    this.oldest = ++this.version;
    const status = { type: "ERROR", object: { kind: "Status", code: 410, message: "too old resource version" } };
    for (const watcher of this.watchers) watcher.end(`${JSON.stringify(status)}\n`);
    this.watchers.clear();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private list(response: ServerResponse): void {
    this.lists++;
    const body = { metadata: { resourceVersion: String(this.version) }, items: [...this.pods.values()] };
    response.end(JSON.stringify(body));
  }

  private watch(from: number, response: ServerResponse): void {
    this.watchedFrom.push(from);
    if (from < this.oldest) {
      response.writeHead(410).end();
      return;
    }
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    for (const { version, type, object } of this.log) {
      if (version > from) response.write(`${JSON.stringify({ type, object })}\n`);
    }
    this.watchers.add(response);
    response.on("close", () => this.watchers.delete(response));
  }

  private tell(type: string, object: FakePod): void {
    this.log.push({ version: this.version, type, object });
    for (const watcher of this.watchers) watcher.write(`${JSON.stringify({ type, object })}\n`);
  }
}
