import { createServer, type Server } from "node:http";
import {
  CniAddOutcome,
  CniAddRequest,
  type CniAddResponse,
  CniCheckRequest,
  CniClassifyRequest,
  type CniClassifyResponse,
  CniDelRequest,
  CniGcRequest,
  type CniProblem,
} from "@ratchet/contracts";

const REQUESTS = {
  "/v1/classify": CniClassifyRequest,
  "/v1/add": CniAddRequest,
  "/v1/del": CniDelRequest,
  "/v1/check": CniCheckRequest,
  "/v1/gc": CniGcRequest,
} as const;

/** Speaks the agent's side of the socket by the schemas of the contracts; makes nothing in the kernel. */
export class StandInAgent {
  /** Pods that are Ratchet's, `namespace/name`; others are known and not Ratchet's. */
  readonly ratchetPods = new Set<string>();
  readonly unknownPods = new Set<string>();
  readonly requests: { path: string; body: Record<string, unknown> }[] = [];
  addResponse: CniAddResponse = { interfaces: [], ips: [], routes: [] };
  /** Answer of everything but classify, instead of success. */
  problem: CniProblem | undefined;
  /** Takes connections and says nothing. */
  isSilent = false;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(socket: string): Promise<StandInAgent> {
    const server = createServer();
    const agent = new StandInAgent(server);
    server.on("request", async (request, response) => {
      if (agent.isSilent) return;
      let text = "";
      for await (const chunk of request) text += chunk;
      const { status, lines } = agent.#answer(request.url ?? "", text);
      response.writeHead(status, { "content-type": "application/json" });
      for (const line of lines) response.write(`${JSON.stringify(line)}\n`);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    return agent;
  }

  paths(): string[] {
    return this.requests.map((request) => request.path);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(path: string, text: string): { status: number; lines: object[] } {
    const { problem } = this;
    if (path === "/v1/status") {
      return problem === undefined
        ? { status: 200, lines: [{ ready: true, version: "0.1.0" }] }
        : { status: 503, lines: [problem] };
    }
    const schema = REQUESTS[path as keyof typeof REQUESTS];
    if (schema === undefined) return { status: 404, lines: [{ code: 100, msg: `no ${path}`, details: "" }] };
    const parsed = schema.safeParse(JSON.parse(text));
    if (!parsed.success) {
      return { status: 400, lines: [{ code: 7, msg: "wrong request", details: parsed.error.message }] };
    }
    this.requests.push({ path, body: parsed.data });
    if (path === "/v1/classify") return { status: 200, lines: [this.#whose(parsed.data as CniClassifyRequest)] };
    if (path === "/v1/add") {
      const request = parsed.data as CniAddRequest;
      const whose = request.isRatchet === true ? { isRatchet: true, known: true } : this.#whose(request);
      if (!whose.isRatchet) return { status: 200, lines: [whose] };
      const outcome = problem === undefined ? { result: this.addResponse } : { problem };
      return { status: 200, lines: [whose, CniAddOutcome.parse(outcome)] };
    }
    return problem === undefined ? { status: 200, lines: [{}] } : { status: 500, lines: [problem] };
  }

  #whose({ namespace, name }: CniClassifyRequest): CniClassifyResponse {
    const pod = `${namespace}/${name}`;
    return { isRatchet: this.ratchetPods.has(pod), known: !this.unknownPods.has(pod) };
  }
}
