import {
  AGENT_METHODS,
  type AgentErrorCode,
  type AgentMethod,
  type AgentReply,
  type ApiRequest,
  type MethodParams,
  type MethodProgress,
  type MethodResult,
} from "@ratchet/contracts";

/** More than a page and a scenario ask of one node at a time. */
const MAX_CALLS = 256;
const MESSAGE_MAX = 4096;

/** What a method gets beside its params. */
export interface Call<Progress> {
  /** Aborted with an RpcError when nobody wants the answer any more, or it cannot be had. */
  signal: AbortSignal;
  progress(value: Progress): void;
  /** Ties the call to a pod: it ends with PodGone when the pod's namespace is given up. */
  useOf(podUid: string): void;
}

export type Methods = {
  [M in AgentMethod]: (params: MethodParams<M>, call: Call<MethodProgress<M>>) => Promise<MethodResult<M>>;
};

/** A refusal or failure as the API gets it. */
export class RpcError extends Error {
  override readonly name = "RpcError";

  constructor(
    readonly code: AgentErrorCode,
    message: string,
  ) {
    super(message);
  }
}

interface Running {
  abort: AbortController;
  podUid: string | undefined;
}

/** Answers the API's questions: checks, limits, ends them in time. */
export class Rpc {
  private readonly running = new Map<string, Running>();

  constructor(
    private readonly methods: Methods,
    private readonly send: (reply: AgentReply) => void,
  ) {}

  get size(): number {
    return this.running.size;
  }

  async request({ id, method, params, timeoutMs }: ApiRequest): Promise<void> {
    if (this.running.has(id)) return this.fail(id, new RpcError("Invalid", `request ${id} is running already`));
    if (this.running.size >= MAX_CALLS) {
      return this.fail(id, new RpcError("Busy", `this agent answers ${MAX_CALLS} requests at a time: ask again later`));
    }
    const running: Running = { abort: new AbortController(), podUid: undefined };
    this.running.set(id, running);
    const timer = setTimeout(
      () => running.abort.abort(new RpcError("Timeout", `not done within ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      const result = await this.run(method, params, {
        signal: running.abort.signal,
        progress: (value) =>
          this.isCurrent(id, running) && this.send({ type: "reply", id, done: false, result: value }),
        useOf: (podUid) => {
          running.podUid = podUid;
        },
      });
      if (this.isCurrent(id, running)) this.send({ type: "reply", id, done: true, result });
    } catch (error) {
      if (this.isCurrent(id, running)) this.fail(id, error);
    } finally {
      clearTimeout(timer);
      if (this.isCurrent(id, running)) this.running.delete(id);
    }
  }

  cancel(id: string): void {
    this.running.get(id)?.abort.abort(new RpcError("Cancelled", "the API does not want the answer any more"));
  }

  podLeft(podUid: string): void {
    for (const call of this.running.values()) {
      if (call.podUid === podUid) call.abort.abort(new RpcError("PodGone", "the pod's network namespace has gone"));
    }
  }

  /** The connection is lost: nobody can be answered. */
  lost(): void {
    const running = [...this.running.values()];
    this.running.clear();
    for (const { abort } of running) abort.abort(new RpcError("Cancelled", "the connection to the API was lost"));
  }

  // An id may come again on the next connection while the former call is still ending.
  private isCurrent(id: string, running: Running): boolean {
    return this.running.get(id) === running;
  }

  private async run(method: string, params: unknown, call: Call<unknown>): Promise<unknown> {
    if (!Object.hasOwn(AGENT_METHODS, method))
      throw new RpcError("Unsupported", `this agent knows no method ${method}`);
    const name = method as AgentMethod;
    const parsed = AGENT_METHODS[name].params.safeParse(params);
    if (!parsed.success) throw new RpcError("Invalid", parsed.error.message);
    // The table's own schema has just read them.
    const run = this.methods[name] as (params: unknown, call: Call<unknown>) => Promise<unknown>;
    return run(parsed.data, call);
  }

  private fail(id: string, error: unknown): void {
    const code = error instanceof RpcError ? error.code : "Failed";
    const message = (error instanceof Error ? error.message : String(error)).slice(0, MESSAGE_MAX);
    this.send({ type: "reply", id, done: true, error: { code, message } });
  }
}
