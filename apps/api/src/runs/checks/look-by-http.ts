import type { HttpResult, ScenarioCondition } from "@ratchet/contracts";
import { findPlace } from "../../probes/find-place.js";
import type { Bench, Finding } from "../bench.js";

const SLACK_MS = 2000;
const HTTP_PORT = 80;
type Http = NonNullable<ScenarioCondition["http"]>;

export async function lookByHttp(asked: Http, { core, namespace }: Bench, signal: AbortSignal): Promise<Finding> {
  const url = new URL(asked.url);
  // WHATWG URLs keep the brackets of an IPv6 address.
  const to = url.hostname.replace(/^\[|\]$/g, "");
  const { node, podUid, address } = findPlace(core.mirror.world, namespace, asked.from, to);
  const { withinMs } = asked;
  const port = url.port === "" ? HTTP_PORT : Number(url.port);
  const params = { podUid, address, port, host: url.host, path: url.pathname + url.search, withinMs };
  const timeoutMs = withinMs + SLACK_MS;
  return judgeHttp(asked, await core.agents.rpc.call(node, "exec.http", params, { signal, timeoutMs }));
}

/** Pure. */
export function judgeHttp(asked: Pick<Http, "status" | "contains">, result: HttpResult): Finding {
  const { status, body, totalMs } = result;
  if (status === 0) return { holds: false, message: result.message };
  const isThere = asked.contains === undefined || body.includes(asked.contains);
  const missing = isThere ? "" : `, without ${JSON.stringify(asked.contains)}`;
  const message = `status ${status} after ${totalMs.toFixed(1)} ms${missing}`;
  return { holds: status === asked.status && isThere && result.message === "", message };
}
