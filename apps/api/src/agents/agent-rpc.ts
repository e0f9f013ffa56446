import { randomUUID } from "node:crypto";
import {
  AGENT_METHODS,
  type AgentMethod,
  type AgentReply,
  type ApiToAgent,
  type MethodParams,
  type MethodProgress,
  type MethodResult,
} from "@ratchet/contracts";

/** The agent ends a call itself at its time; only one that hangs needs this. */
const GRACE_MS = 2000;
const DEFAULT_TIMEOUT_MS = 30_000;

export interface CallOptions<M extends AgentMethod> {
  onProgress?: (progress: MethodProgress<M>) => void;
  /** Aborted: the agent is told, and the call fails with Cancelled at once. */
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** A call without a result. `code`: an AgentErrorCode of the agent's, `NotConnected`, or `Malformed` for a bad answer. */
export class AgentCallError extends Error {
  override readonly name = "AgentCallError";

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface Pending {
  node: string;
  method: AgentMethod;
  onProgress: ((progress: never) => void) | undefined;
  resolve: (result: never) => void;
  reject: (error: AgentCallError) => void;
}

/** Asks agents questions and brings their answers back to who asked. */
export class AgentRpc {
  readonly #calls = new Map<string, Pending>();
  readonly #send: (node: string, frame: ApiToAgent) => boolean;

  /** `send` returns false when the node's agent is not connected. */
  constructor(send: (node: string, frame: ApiToAgent) => boolean) {
    this.#send = send;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** @throws AgentCallError when the agent is away, refuses, fails, or is too slow */
  async call<M extends AgentMethod>(
    node: string,
    method: M,
    params: MethodParams<M>,
    { onProgress, signal, timeoutMs = DEFAULT_TIMEOUT_MS }: CallOptions<M> = {},
  ): Promise<MethodResult<M>> {
    if (signal?.aborted) throw cancelled();
    const id = randomUUID();
    let timer: NodeJS.Timeout | undefined;
    const giveUp = (error: AgentCallError) => {
      this.#send(node, { type: "cancel", id });
      this.#calls.get(id)?.reject(error);
    };
    const onAbort = () => giveUp(cancelled());
    try {
      return await new Promise<MethodResult<M>>((resolve, reject) => {
        this.#calls.set(id, { node, method, onProgress, resolve, reject });
        const late = () => giveUp(new AgentCallError("Timeout", `node ${node} gave no answer within ${timeoutMs} ms`));
        timer = setTimeout(late, timeoutMs + GRACE_MS);
        signal?.addEventListener("abort", onAbort, { once: true });
        const isSent = this.#send(node, { type: "request", id, method, params, timeoutMs });
        if (!isSent) reject(new AgentCallError("NotConnected", `the agent of node ${node} is not connected`));
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      this.#calls.delete(id);
    }
  }

  /** Takes an answer in. One nobody waits for any more is dropped. */
  reply(node: string, { id, done, result, error }: AgentReply): void {
    const call = this.#calls.get(id);
    if (call === undefined || call.node !== node) return;
    if (error !== undefined) {
      call.reject(new AgentCallError(error.code, error.message));
      return;
    }
    const schemas = AGENT_METHODS[call.method];
    const parsed = (done ? schemas.result : schemas.progress).safeParse(result);
    if (!parsed.success) {
      call.reject(new AgentCallError("Malformed", `node ${node} answered ${call.method} with what is none`));
      return;
    }
    if (done) call.resolve(parsed.data as never);
    else call.onProgress?.(parsed.data as never);
  }

  /** The connection that carried the node's calls has ended: their answers will never come. */
  left(node: string): void {
    for (const call of this.#calls.values()) {
      if (call.node !== node) continue;
      call.reject(new AgentCallError("NotConnected", `the agent of node ${node} went away before it answered`));
    }
  }
}

function cancelled(): AgentCallError {
  return new AgentCallError("Cancelled", "nobody wants the answer any more");
}
