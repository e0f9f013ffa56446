import type { CniAddResponse } from "@ratchet/contracts";
import { CNI_ERROR } from "@ratchet/contracts/cni-names";
import { AgentSilent } from "../agent.js";
import type { Attachment } from "../config/environment.js";
import type { JsonObject } from "../config/node-config.js";
import { runDelegate } from "../delegate.js";
import { CniError } from "../error.js";
import { isRatchetPod } from "../pod/is-ratchet-pod.js";
import { AttachmentRecords, type Way } from "../records/attachments.js";
import { appendWires, giveRuntimeAnAddress } from "../result/append-wires.js";
import { convertResult, EMPTY_RESULT, readResult, writeResult } from "../result/result.js";
import type { Context } from "./context.js";

const RETRY_EVERY_MS = 200;
// Left at the end for writing the answer.
const MARGIN_MS = 300;

export async function add(context: Context, attachment: Attachment): Promise<JsonObject> {
  const { config, host, agent, deadline } = context;
  const { prevResult, delegate, cniVersion } = config;
  if (prevResult !== undefined && delegate !== undefined) {
    throw new CniError(
      CNI_ERROR.invalidConfig,
      "delegate: cannot be used after another plugin",
      "remove delegate from ratchet's part of the list: the plugin before it gives other pods their network",
    );
  }
  if (await isRatchetPod(host, agent, attachment, config, deadline)) return addWired(context, attachment);

  if (delegate !== undefined) {
    record(context, attachment, "delegated");
    const result = await runDelegate(host, "ADD", delegate, config, deadline);
    return convertResult(result ?? {}, cniVersion, delegate.type);
  }
  if (prevResult === undefined) {
    throw new CniError(
      CNI_ERROR.invalidConfig,
      "the pod is not Ratchet's and there is no delegate for it",
      "add delegate to the configuration, or list ratchet after another plugin",
    );
  }
  record(context, attachment, "passed");
  return convertResult(prevResult, cniVersion, "prevResult");
}

async function addWired(context: Context, attachment: Attachment): Promise<JsonObject> {
  const { config, host, deadline } = context;
  const { bootNetwork, prevResult, cniVersion } = config;
  record(context, attachment, "wired");
  let before = prevResult === undefined ? EMPTY_RESULT : readResult(prevResult, "prevResult");
  if (bootNetwork !== undefined && prevResult === undefined) {
    before = readResult((await runDelegate(host, "ADD", bootNetwork, config, deadline)) ?? {}, bootNetwork.type);
  }
  const result = appendWires(before, await addAtAgent(context, attachment));
  return writeResult(giveRuntimeAnAddress(result, attachment.ifName, attachment.containerId), cniVersion);
}

/** An agent that is starting is waited for; one that stays away ends in "try again later". */
async function addAtAgent({ config, host, agent, deadline }: Context, attachment: Attachment): Promise<CniAddResponse> {
  const { containerId, ifName, netns, pod } = attachment;
  for (;;) {
    const deadlineMs = Math.floor(deadline.left() - MARGIN_MS);
    if (deadlineMs < 1) break;
    try {
      const body = { containerId, ifName, netns, ...pod, networkName: config.name, deadlineMs };
      return await agent.add(body, deadlineMs);
    } catch (error) {
      if (!(error instanceof AgentSilent)) throw error;
      host.log(error.message);
    }
    await host.sleep(deadline.left(RETRY_EVERY_MS));
  }
  throw new CniError(
    CNI_ERROR.tryAgainLater,
    "Ratchet's agent on this node does not answer",
    `is it running, and does it listen on ${config.agentSocket}? The pod starts when it does`,
  );
}

/** Losing it costs a DEL that goes every way: no reason to refuse a pod. */
function record({ config, host }: Context, attachment: Attachment, way: Way): void {
  try {
    const { containerId, ifName } = attachment;
    new AttachmentRecords(config.stateDir).put(containerId, ifName, config.name, way);
  } catch (error) {
    host.log(`${config.stateDir}: ${(error as Error).message}`);
  }
}
