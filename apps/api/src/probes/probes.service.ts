import { Inject, Injectable } from "@nestjs/common";
import { keys, PING_MAX_MS, PingRequest, type PingResult, TraceRequest, type TraceResult } from "@ratchet/contracts";
import { parseBody } from "../admission/parse-object.js";
import { Core } from "../core.js";
import { notFound, ProblemError, refuse } from "../http/problem-error.js";
import { callProblem } from "./call-problem.js";
import { findAddress, podWithAddress } from "./find-address.js";

/** Over what the request itself may take, for an agent that is busy. */
const SLACK_MS = 2000;

/** Measures from inside pods. */
@Injectable()
export class ProbesService {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  /** @throws ProblemError NotFound, Invalid, Conflict (the pod is not there now), Unavailable (its agent is away) */
  async ping(namespace: string, name: string, body: unknown, signal: AbortSignal): Promise<PingResult> {
    const { to, ...fields } = parseBody(PingRequest, body);
    const { node, podUid, address } = this.#place(namespace, name, to);
    const timeoutMs = PING_MAX_MS + SLACK_MS;
    const params = { podUid, address, ...fields };
    return answered(this.#core.agents.rpc.call(node, "ping", params, { signal, timeoutMs }));
  }

  /** @throws as `ping` */
  async trace(namespace: string, name: string, body: unknown, signal: AbortSignal): Promise<TraceResult> {
    const { to, ...fields } = parseBody(TraceRequest, body);
    const { node, podUid, address } = this.#place(namespace, name, to);
    const timeoutMs = fields.waitMs + SLACK_MS;
    const params = { podUid, address, ...fields };
    const result = await answered(this.#core.agents.rpc.call(node, "trace", params, { signal, timeoutMs }));
    const { world } = this.#core.mirror;
    const podOf = (hop: string | null) => (hop === null ? null : podWithAddress(world, namespace, hop));
    return { ...result, hops: result.hops.map((hop) => ({ ...hop, pod: podOf(hop.address) })) };
  }

  #place(namespace: string, name: string, to: string): { node: string; podUid: string; address: string } {
    const { world } = this.#core.mirror;
    const key = keys.pod(namespace, name);
    const pod = world.pod(key)?.data;
    if (pod === undefined) throw notFound("Pod", namespace, name);
    const address = findAddress(world, pod, to);
    if (address === undefined) {
      const message = `is ${to}, which is no pod of namespace ${namespace} with an address: name one, or an address`;
      throw refuse("Invalid", [{ field: "to", message }]);
    }
    const node = world.nodeOf(key);
    if (node === null) throw new ProblemError("Conflict", `pod ${name} is on no node yet`);
    return { node, podUid: pod.uid, address };
  }
}

function answered<T>(call: Promise<T>): Promise<T> {
  return call.catch((error: unknown) => {
    throw callProblem(error);
  });
}
