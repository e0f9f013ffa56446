import type { CniAddResponse, CniClassifyResponse } from "@ratchet/contracts";
import { CNI_ERROR } from "@ratchet/contracts/cni-names";
import { isObject } from "./config/node-config.js";
import { CniError } from "./error.js";
import type { AgentTransport } from "./host/host.js";

/** Nobody answered on the agent's socket. */
export class AgentSilent extends Error {
  constructor(cause: unknown) {
    super(`the agent does not answer: ${cause instanceof Error ? cause.message : String(cause)}`);
    this.name = "AgentSilent";
  }
}

/**
 * The agent as the executable sees it; shapes in packages/contracts/src/cni/agent-protocol.ts.
 *
 * Throws AgentSilent when nobody answers, CniError with the agent's own code when it refuses.
 */
export class Agent {
  readonly #transport: AgentTransport;
  readonly #socket: string;

  constructor(transport: AgentTransport, socket: string) {
    this.#transport = transport;
    this.#socket = socket;
  }

  async classify(body: object, timeoutMs: number): Promise<CniClassifyResponse> {
    const answer = await this.#ask("POST", "/v1/classify", body, timeoutMs);
    if (isObject(answer) && typeof answer.isRatchet === "boolean" && typeof answer.known === "boolean") {
      return { isRatchet: answer.isRatchet, known: answer.known };
    }
    throw nonsense("classify");
  }

  async add(body: object, timeoutMs: number): Promise<CniAddResponse> {
    const answer = await this.#ask("POST", "/v1/add", body, timeoutMs);
    if (isAddResponse(answer)) return answer;
    throw nonsense("add");
  }

  async run(verb: "del" | "check" | "gc", body: object, timeoutMs: number): Promise<void> {
    await this.#ask("POST", `/v1/${verb}`, body, timeoutMs);
  }

  async status(timeoutMs: number): Promise<void> {
    await this.#ask("GET", "/v1/status", undefined, timeoutMs);
  }

  async #ask(method: "GET" | "POST", path: string, body: object | undefined, timeoutMs: number): Promise<unknown> {
    const socket = this.#socket;
    const request = { socket, method, path, timeoutMs, ...(body === undefined ? {} : { body }) };
    const { status, text } = await this.#transport(request).catch((error: unknown) => {
      throw new AgentSilent(error);
    });
    const answer = parse(text);
    if (status === 200) return answer;
    if (isObject(answer) && typeof answer.code === "number" && typeof answer.msg === "string") {
      throw new CniError(answer.code, answer.msg, typeof answer.details === "string" ? answer.details : "");
    }
    throw nonsense(`${path} with ${status}`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAddResponse(value: unknown): value is CniAddResponse {
  if (!isObject(value)) return false;
  const { interfaces, ips, routes } = value;
  return (
    Array.isArray(interfaces) &&
    interfaces.every((item) => isObject(item) && typeof item.name === "string") &&
    Array.isArray(ips) &&
    ips.every((ip) => isObject(ip) && typeof ip.address === "string" && (ip.interface as number) in interfaces) &&
    Array.isArray(routes) &&
    routes.every((route) => isObject(route) && typeof route.dst === "string")
  );
}

function nonsense(what: string): CniError {
  return new CniError(
    CNI_ERROR.internal,
    `the agent answered ${what} with what is no answer`,
    "agent and plugin may be of different releases: install the plugin of the agent's release",
  );
}
