import type { CniAddResponse } from "@ratchet/contracts";
import { CNI_ERROR } from "@ratchet/contracts/cni-names";
import { type AddAnswer, AgentSilent } from "../agent.js";
import type { Attachment } from "../config/environment.js";
import type { JsonObject } from "../config/node-config.js";
import { runDelegate } from "../delegate.js";
import { CniError } from "../error.js";
import { classify, isRatchetPod, labelsOf, WHOSE_TIMEOUT_MS } from "../pod/is-ratchet-pod.js";
import { AttachmentRecords, type Way } from "../records/attachments.js";
import { appendWires, giveRuntimeAnAddress } from "../result/append-wires.js";
import { convertResult, EMPTY_RESULT, type Result, readResult, writeResult } from "../result/result.js";
import type { Context } from "./context.js";

const RETRY_EVERY_MS = 200;
// Left at the end for writing the answer.
const MARGIN_MS = 300;

export async function add(context: Context, attachment: Attachment): Promise<JsonObject> {
  const { config, host, deadline } = context;
  const { prevResult, delegate, cniVersion } = config;
  if (prevResult !== undefined && delegate !== undefined) {
    throw new CniError(
      CNI_ERROR.invalidConfig,
      "delegate: cannot be used after another plugin",
      "remove delegate from ratchet's part of the list: the plugin before it gives other pods their network",
    );
  }
  let begun: Outcome | undefined;
  const ask = async () => {
    if (!isBootIndependent(context)) return classify(context, attachment);
    const answer = await askToAdd(context, attachment, deadline.left(WHOSE_TIMEOUT_MS));
    if (answer.known && answer.isRatchet) begun = answer.outcome;
    return answer;
  };
  if (await isRatchetPod(context, attachment, ask)) return addWired(context, attachment, begun);

  if (delegate !== undefined) {
    await record(context, attachment, "delegated");
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
  await record(context, attachment, "passed");
  return convertResult(prevResult, cniVersion, "prevResult");
}

type Outcome = () => Promise<CniAddResponse>;

/**
 * True when wires and boot network do not meddle with each other, so that both can be made at once. Any other boot
 * network comes before the wires, as in the prototype: it may set routes, or an interface that a wire has to have.
 */
function isBootIndependent({ config: { bootNetwork, prevResult } }: Context): boolean {
  return bootNetwork === undefined || bootNetwork.type === "loopback" || prevResult !== undefined;
}

async function addWired(context: Context, attachment: Attachment, begun?: Outcome): Promise<JsonObject> {
  await record(context, attachment, "wired");
  const [before, wires] = isBootIndependent(context)
    ? await both(boot(context), addAtAgent(context, attachment, begun))
    : [await boot(context), await addAtAgent(context, attachment)];
  const result = appendWires(before, wires);
  return writeResult(
    giveRuntimeAnAddress(result, attachment.ifName, attachment.containerId),
    context.config.cniVersion,
  );
}

async function boot({ config, host, deadline }: Context): Promise<Result> {
  const { bootNetwork, prevResult } = config;
  if (prevResult !== undefined) return readResult(prevResult, "prevResult");
  if (bootNetwork === undefined) return EMPTY_RESULT;
  return readResult((await runDelegate(host, "ADD", bootNetwork, config, deadline)) ?? {}, bootNetwork.type);
}

/** Waits for both also when one fails: nothing may still be at work when the runtime hears of it. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return [await a, await b];
}

/**
 * Goes on with what has begun, or begins. An agent that is starting is waited for; one that stays away ends in "try
 * again later".
 */
async function addAtAgent(context: Context, attachment: Attachment, begun?: Outcome): Promise<CniAddResponse> {
  const { config, host, deadline } = context;
  let outcome = begun;
  while (timeForAdd(context) >= 1) {
    try {
      outcome ??= (await askToAdd(context, attachment, timeForAdd(context), true)).outcome;
      return await outcome();
    } catch (error) {
      if (!(error instanceof AgentSilent)) throw error;
      host.log(error.message);
    }
    outcome = undefined;
    await host.sleep(deadline.left(RETRY_EVERY_MS));
  }
  throw new CniError(
    CNI_ERROR.tryAgainLater,
    "Ratchet's agent on this node does not answer",
    `is it running, and does it listen on ${config.agentSocket}? The pod starts when it does`,
  );
}

/** Milliseconds; below 1 there is none left. */
function timeForAdd({ deadline }: Context): number {
  return Math.floor(deadline.left() - MARGIN_MS);
}

function askToAdd(context: Context, attachment: Attachment, beginMs: number, isRatchet?: true): Promise<AddAnswer> {
  const { pod, ...ids } = attachment;
  const deadlineMs = Math.max(1, timeForAdd(context));
  const said = isRatchet === undefined ? {} : { isRatchet };
  const body = { ...ids, ...pod, ...labelsOf(context.config), ...said, networkName: context.config.name, deadlineMs };
  return context.agent.add(body, Math.min(beginMs, deadlineMs), deadlineMs);
}

/** Losing it costs a DEL that goes every way: no reason to refuse a pod. */
async function record({ config, host }: Context, attachment: Attachment, way: Way): Promise<void> {
  try {
    const { containerId, ifName } = attachment;
    await new AttachmentRecords(host.files, config.stateDir).put(containerId, ifName, config.name, way);
  } catch (error) {
    host.log(`${config.stateDir}: ${(error as Error).message}`);
  }
}
