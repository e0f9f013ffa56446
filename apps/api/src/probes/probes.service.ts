import { Inject, Injectable } from "@nestjs/common";
import { keys, PING_MAX_MS, PingRequest, type PingResult, TraceRequest, type TraceResult } from "@ratchet/contracts";
import { parseBody } from "../admission/parse-object.js";
import { Core } from "../core.js";
import { callProblem } from "./call-problem.js";
import { linkTo, podWithAddress } from "./find-address.js";
import { findPlace } from "./find-place.js";

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
    const { node, podUid, address } = findPlace(this.#core.mirror.world, namespace, name, to);
    const timeoutMs = PING_MAX_MS + SLACK_MS;
    const params = { podUid, address, ...fields };
    const startMs = Date.now();
    const result = await answered(this.#core.agents.rpc.call(node, "ping", params, { signal, timeoutMs }));
    this.#note(keys.pod(namespace, name), result, startMs);
    return result;
  }

  /** A ping over a link is a measurement of the link as well. */
  #note(podKey: string, { address, sent, received, rttMs }: PingResult, startMs: number): void {
    const { mirror, telemetry } = this.#core;
    const linkUid = linkTo(mirror.world, podKey, address);
    const nowMs = Date.now();
    if (linkUid === undefined || sent === 0) return;
    const times = [rttMs?.min ?? null, rttMs?.avg ?? null, rttMs?.mdev ?? null] as const;
    telemetry.pinged(linkUid, [linkUid, 0, sent, received, ...times], nowMs - startMs, nowMs);
  }

  /** @throws as `ping` */
  async trace(namespace: string, name: string, body: unknown, signal: AbortSignal): Promise<TraceResult> {
    const { to, ...fields } = parseBody(TraceRequest, body);
    const { node, podUid, address } = findPlace(this.#core.mirror.world, namespace, name, to);
    const timeoutMs = fields.waitMs + SLACK_MS;
    const params = { podUid, address, ...fields };
    const result = await answered(this.#core.agents.rpc.call(node, "trace", params, { signal, timeoutMs }));
    const { world } = this.#core.mirror;
    const podOf = (hop: string | null) => (hop === null ? null : podWithAddress(world, namespace, hop));
    return { ...result, hops: result.hops.map((hop) => ({ ...hop, pod: podOf(hop.address) })) };
  }
}

function answered<T>(call: Promise<T>): Promise<T> {
  return call.catch((error: unknown) => {
    throw callProblem(error);
  });
}
