import type { Lab } from "../lab.js";
import { pingUntilAnswered } from "../topology/ping.js";

const TIMEOUT_MS = 20_000;

/** Sends the pings that the examples promise; says what answered and what did not. */
export async function proveTopology(lab: Lab, say: (line: string) => void): Promise<void> {
  const { pods } = await lab.api.topology();
  for (const { from, ping, ttl } of lab.proofs) {
    const [namespace, name] = from.includes("/") ? from.split("/") : ["default", from];
    const pod = pods.find((item) => item.metadata.name === name && item.metadata.namespace === namespace);
    if (pod?.status.netns == null) continue;
    const answer = await pingUntilAnswered(pod.status.netns, ping, TIMEOUT_MS);
    if (answer === undefined) say(`ping from ${from} to ${ping}: no answer within ${TIMEOUT_MS / 1000} s`);
    else if (ttl !== undefined && answer.ttl !== ttl)
      say(`ping from ${from} to ${ping}: ttl ${answer.ttl}, not ${ttl}`);
    else say(`ping from ${from} to ${ping}: ${answer.rttMs} ms, ttl ${answer.ttl}`);
  }
}
