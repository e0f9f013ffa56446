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

/** Whose pod it is; when that says Ratchet's, the outcome is what its ports are, once they are made. */
export interface AddAnswer extends CniClassifyResponse {
  outcome(): Promise<CniAddResponse>;
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
    return readWhose(answer, "classify");
  }

  /** Whose pod it is has to be said within `beginMs`, the outcome within `timeoutMs`. */
  async add(body: object, beginMs: number, timeoutMs: number): Promise<AddAnswer> {
    const { status, text } = await this.#exchange("POST", "/v1/add", body, timeoutMs, beginMs);
    const lines = linesOf(text);
    const first = parse(await nextOf(lines));
    if (status !== 200) throw refusal(first, status, "/v1/add");
    const whose = readWhose(first, "add");
    return { ...whose, outcome: async () => readOutcome(parse(await nextOf(lines))) };
  }

  async run(verb: "del" | "check" | "gc", body: object, timeoutMs: number): Promise<void> {
    await this.#ask("POST", `/v1/${verb}`, body, timeoutMs);
  }

  async status(timeoutMs: number): Promise<void> {
    await this.#ask("GET", "/v1/status", undefined, timeoutMs);
  }

  async #ask(method: "GET" | "POST", path: string, body: object | undefined, timeoutMs: number): Promise<unknown> {
    const { status, text } = await this.#exchange(method, path, body, timeoutMs, timeoutMs);
    const answer = parse(await heard(wholeOf(text)));
    if (status === 200) return answer;
    throw refusal(answer, status, path);
  }

  #exchange(method: "GET" | "POST", path: string, body: object | undefined, timeoutMs: number, beginMs: number) {
    const socket = this.#socket;
    const request = { socket, method, path, beginMs, timeoutMs, ...(body === undefined ? {} : { body }) };
    return heard(this.#transport(request));
  }
}

/** Whatever goes wrong on the way counts as silence. */
async function heard<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw new AgentSilent(error);
  });
}

async function wholeOf(text: AsyncIterable<string>): Promise<string> {
  let whole = "";
  for await (const part of text) whole += part;
  return whole;
}

async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const part of text) {
    rest += part;
    for (let at = rest.indexOf("\n"); at >= 0; at = rest.indexOf("\n")) {
      yield rest.slice(0, at);
      rest = rest.slice(at + 1);
    }
  }
  if (rest !== "") yield rest;
}

async function nextOf(lines: AsyncGenerator<string>): Promise<string> {
  const { value, done } = await heard(lines.next());
  if (done) throw new AgentSilent("it hung up");
  return value;
}

function readWhose(value: unknown, what: string): CniClassifyResponse {
  if (isObject(value) && typeof value.isRatchet === "boolean" && typeof value.known === "boolean") {
    return { isRatchet: value.isRatchet, known: value.known };
  }
  throw nonsense(what);
}

function readOutcome(value: unknown): CniAddResponse {
  if (isObject(value) && isAddResponse(value.result)) return value.result;
  throw refusal(isObject(value) ? value.problem : undefined, 200, "/v1/add");
}

function refusal(value: unknown, status: number, path: string): CniError {
  if (isObject(value) && typeof value.code === "number" && typeof value.msg === "string") {
    return new CniError(value.code, value.msg, typeof value.details === "string" ? value.details : "");
  }
  return nonsense(`${path} with ${status}`);
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
