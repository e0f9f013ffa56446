import { Inject, Injectable } from "@nestjs/common";
import { keys, PING_MAX_MS, PingRequest, type PingResult } from "@ratchet/contracts";
import { parseBody } from "../admission/parse-object.js";
import { Core } from "../core.js";
import { notFound, ProblemError, refuse } from "../http/problem-error.js";
import { callProblem } from "./call-problem.js";
import { findAddress } from "./find-address.js";

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
    const { world } = this.#core.mirror;
    const key = keys.pod(namespace, name);
    const pod = world.pod(key)?.data;
    if (pod === undefined) throw notFound("Pod", namespace, name);
    const { to, ...fields } = parseBody(PingRequest, body);
    const address = findAddress(world, pod, to);
    if (address === undefined) {
      const message = `is ${to}, which is no pod of namespace ${namespace} with an address: name one, or an address`;
      throw refuse("Invalid", [{ field: "to", message }]);
    }
    const node = world.nodeOf(key);
    if (node === null) throw new ProblemError("Conflict", `pod ${name} is on no node yet`);
    try {
      const timeoutMs = PING_MAX_MS + SLACK_MS;
      return await this.#core.agents.rpc.call(
        node,
        "ping",
        { podUid: pod.uid, address, ...fields },
        { signal, timeoutMs },
      );
    } catch (error) {
      throw callProblem(error);
    }
  }
}
