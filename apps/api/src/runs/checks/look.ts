import type { ScenarioCondition } from "@ratchet/contracts";
import { AgentCallError } from "../../agents/agent-rpc.js";
import { ProblemError } from "../../http/problem-error.js";
import type { Bench, Finding } from "../bench.js";
import { lookAtCarrier, lookAtLink } from "./look-at-link.js";
import { lookAtProbe } from "./look-at-probe.js";
import { lookByHttp } from "./look-by-http.js";
import { lookByPing } from "./look-by-ping.js";
import { lookByThroughput } from "./look-by-throughput.js";
import { lookByTrace } from "./look-by-trace.js";

/** Looks once whether a condition holds. That it cannot be seen, because an agent is away for instance, is: it does not. */
export async function look(condition: ScenarioCondition, bench: Bench, signal: AbortSignal): Promise<Finding> {
  try {
    return await lookBy(condition, bench, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AgentCallError || error instanceof ProblemError)
      return { holds: false, message: error.message };
    throw error;
  }
}

function lookBy(condition: ScenarioCondition, bench: Bench, signal: AbortSignal): Finding | Promise<Finding> {
  const { ping, path, carrier, link, throughput, http, probe } = condition;
  if (ping) return lookByPing(ping, bench, signal);
  if (path) return lookByTrace(path, bench, signal);
  if (carrier) return lookAtCarrier(carrier, bench);
  if (link) return lookAtLink(link, bench);
  if (throughput) return lookByThroughput(throughput, bench, signal);
  if (http) return lookByHttp(http, bench, signal);
  if (probe) return lookAtProbe(probe, bench, signal);
  throw new TypeError("a condition of no known form");
}
