import { CNI_ERROR } from "@ratchet/contracts/cni-names";
import { isAtLeast } from "../config/version.js";
import { runDelegate } from "../delegate.js";
import { CniError } from "../error.js";
import type { Context } from "./context.js";

// STATUS is polled and answers at once.
const AGENT_TIMEOUT_MS = 1000;

/**
 * Ready as long as some pod can start.
 *
 * A runtime that hears 50 takes the whole node out, so an agent that is down counts only where every
 * pod needs it: with a boot network and without a delegate. In a chain the plugin before us decides.
 */
export async function status({ config, host, agent, deadline }: Context): Promise<void> {
  const { delegate, bootNetwork } = config;
  const problem = await agent.status(deadline.left(AGENT_TIMEOUT_MS)).then(
    () => undefined,
    (error: Error) => error,
  );
  if (problem !== undefined) host.log(problem.message);
  if (delegate !== undefined) {
    if (isAtLeast(delegate.cniVersion, "1.1.0")) await runDelegate(host, "STATUS", delegate, config, deadline);
    return;
  }
  if (problem !== undefined && bootNetwork !== undefined) {
    throw new CniError(CNI_ERROR.notAvailable, "Ratchet's agent on this node is not ready", problem.message);
  }
}
