import { CNI_ERROR } from "@ratchet/contracts/cni-names";
import { AgentSilent } from "../agent.js";
import type { Attachment } from "../config/environment.js";
import { isAtLeast } from "../config/version.js";
import { runDelegate } from "../delegate.js";
import { CniError } from "../error.js";
import { classify, isRatchetPod } from "../pod/is-ratchet-pod.js";
import { AttachmentRecords, type Way } from "../records/attachments.js";
import { convertResult } from "../result/result.js";
import type { Context } from "./context.js";

const MARGIN_MS = 300;

/** Compares with prevResult: the boot network and the agent what they made, a delegate its own. */
export async function check(context: Context, attachment: Attachment): Promise<void> {
  const { config, host, agent, deadline } = context;
  const { prevResult, bootNetwork, delegate } = config;
  if (prevResult === undefined) {
    throw new CniError(CNI_ERROR.invalidConfig, "prevResult: needed by CHECK", "the runtime adds what ADD answered");
  }
  const records = new AttachmentRecords(host.files, config.stateDir);
  const way = (await records.way(attachment.containerId, attachment.ifName)) ?? (await guess());
  const plugin = way === "wired" ? bootNetwork : way === "delegated" ? delegate : undefined;
  if (plugin !== undefined && isAtLeast(plugin.cniVersion, "0.4.0")) {
    await runDelegate(host, "CHECK", plugin, config, deadline);
  }
  if (way !== "wired") return;

  const { pod, ...ids } = attachment;
  const deadlineMs = Math.max(1, Math.floor(deadline.left() - MARGIN_MS));
  const body = {
    ...ids,
    ...pod,
    networkName: config.name,
    deadlineMs,
    prevResult: convertResult(prevResult, "1.1.0", "prevResult"),
  };
  try {
    await agent.run("check", body, deadlineMs);
  } catch (error) {
    if (!(error instanceof AgentSilent)) throw error;
    throw new CniError(CNI_ERROR.tryAgainLater, "Ratchet's agent on this node does not answer", error.message);
  }

  async function guess(): Promise<Way> {
    if (await isRatchetPod(context, attachment, () => classify(context, attachment))) return "wired";
    return delegate === undefined ? "passed" : "delegated";
  }
}
