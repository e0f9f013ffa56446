import type { Attachment } from "../config/environment.js";
import { runDelegate } from "../delegate.js";
import { AttachmentRecords } from "../records/attachments.js";
import { notePendingDel } from "../records/pending-del.js";
import { RatchetPods } from "../records/ratchet-pods.js";
import type { Context } from "./context.js";

// A pod that ends must not wait for an agent that hangs: the note does the same work later.
const AGENT_TIMEOUT_MS = 5000;

/**
 * Goes the way of the ADD, and every way when that is not known: each is content with what is gone.
 *
 * Only a delegate can make it fail, since an address that nobody releases is lost; the runtime comes again.
 */
export async function del(context: Context, attachment: Attachment): Promise<void> {
  const { config, host, deadline } = context;
  const { containerId, ifName } = attachment;
  const records = new AttachmentRecords(host.files, config.stateDir);
  const way = await records.way(containerId, ifName);

  if (way === undefined || way === "wired") await delAtAgent(context, attachment);
  const plugins = [
    way === undefined || way === "wired" ? config.bootNetwork : undefined,
    way === undefined || way === "delegated" ? config.delegate : undefined,
  ];
  const errors: unknown[] = [];
  for (const plugin of plugins) {
    if (plugin === undefined) continue;
    await runDelegate(host, "DEL", plugin, config, deadline).catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw errors[0];
  try {
    await records.remove(containerId, ifName);
    if (way !== "delegated") await new RatchetPods(host.files, config.stateDir).trim();
  } catch (error) {
    host.log(`${config.stateDir}: ${(error as Error).message}`);
  }
}

async function delAtAgent({ config, host, agent, deadline }: Context, attachment: Attachment): Promise<void> {
  const { pod, ...ids } = attachment;
  const body = { ...ids, ...pod };
  try {
    await agent.run("del", body, deadline.left(AGENT_TIMEOUT_MS));
    return;
  } catch (error) {
    host.log(`noted for later: ${(error as Error).message}`);
  }
  try {
    notePendingDel(config.stateDir, { ...body, at: new Date().toISOString() });
  } catch (error) {
    // The agent still finds the namespace gone by itself; a failing DEL would keep the pod Terminating.
    host.log(`${config.stateDir}: ${(error as Error).message}`);
  }
}
