import type { ScenarioCondition } from "@ratchet/contracts";
import { AgentCallError } from "../../agents/agent-rpc.js";
import { findPlace } from "../../probes/find-place.js";
import type { Bench, Finding } from "../bench.js";

const CONNECT_WITHIN_MS = 5000;
const SLACK_MS = 5000;

/** What arrived in the far pod counts, not what was handed to TCP in the near one. */
export async function lookByThroughput(
  asked: NonNullable<ScenarioCondition["throughput"]>,
  { core, namespace }: Bench,
  signal: AbortSignal,
): Promise<Finding> {
  const { world } = core.mirror;
  const near = findPlace(world, namespace, asked.from, asked.to);
  const far = findPlace(world, namespace, asked.to, near.address);
  const { seconds } = asked;
  const { address } = near;
  const timeoutMs = CONNECT_WITHIN_MS + seconds * 1000 + SLACK_MS;
  // One end's failure ends the other, which would wait for nobody.
  const ended = new AbortController();
  const options = { signal: AbortSignal.any([signal, ended.signal]), timeoutMs };
  try {
    const [{ kbitPerSecond }] = await new Promise<[{ kbitPerSecond: number }, unknown]>((resolve, reject) => {
      const params = { podUid: far.podUid, address, waitMs: CONNECT_WITHIN_MS, seconds };
      const onProgress = ({ port }: { port: number }) => {
        const source = { podUid: near.podUid, address, port, seconds };
        const sent = core.agents.rpc.call(near.node, "throughput.source", source, options);
        Promise.all([arrived, sent]).then(resolve, reject);
      };
      const arrived = core.agents.rpc.call(far.node, "throughput.sink", params, { ...options, onProgress });
      arrived.catch(reject);
    });
    const message = `${Math.round(kbitPerSecond)} kbit/s`;
    return { holds: kbitPerSecond >= asked.atLeastKbit, message };
  } catch (error) {
    if (error instanceof AgentCallError) return { holds: false, message: error.message };
    throw error;
  } finally {
    ended.abort();
  }
}
