import type { CniClassifyResponse } from "@ratchet/contracts";
import type { Context } from "../commands/context.js";
import type { Attachment } from "../config/environment.js";
import { askKubernetes } from "../kube/ask-kubernetes.js";
import { RatchetPods } from "../records/ratchet-pods.js";

/** Other pods wait this long for an agent that hangs. */
export const WHOSE_TIMEOUT_MS = 2000;
const KUBERNETES_TIMEOUT_MS = 2000;

/**
 * Whose pod is it? Asks the agent, then Kubernetes, then what an earlier run wrote down.
 *
 * When nobody knows, the pod counts as somebody else's: one dead agent must not stop every pod of the node.
 */
export async function isRatchetPod(
  { host, config, deadline }: Context,
  { pod }: Attachment,
  askAgent: () => Promise<CniClassifyResponse>,
): Promise<boolean> {
  if (pod === undefined) return false;
  const records = new RatchetPods(host.files, config.stateDir);
  const answer = (await fromAgent()) ?? (await fromKubernetes());
  if (answer === undefined) {
    const isOurs = pod.uid !== undefined && (await records.has(pod.uid));
    host.log(`nobody says whose pod ${pod.namespace}/${pod.name} is; by the records: ${isOurs ? "" : "not "}Ratchet's`);
    return isOurs;
  }
  await remember(answer);
  return answer;

  async function fromAgent(): Promise<boolean | undefined> {
    try {
      const { isRatchet, known } = await askAgent();
      return known ? isRatchet : undefined;
    } catch (error) {
      host.log(`asking the agent: ${(error as Error).message}`);
      return undefined;
    }
  }

  async function fromKubernetes(): Promise<boolean | undefined> {
    if (config.kubeconfig === undefined || pod === undefined) return undefined;
    try {
      return await askKubernetes(host.https, config.kubeconfig, pod, {
        useLabels: config.useLabels,
        timeoutMs: deadline.left(KUBERNETES_TIMEOUT_MS),
      });
    } catch (error) {
      host.log(`asking Kubernetes: ${(error as Error).message}`);
      return undefined;
    }
  }

  async function remember(isRatchet: boolean): Promise<void> {
    if (pod?.uid === undefined) return;
    try {
      if (isRatchet) await records.put(pod.uid);
      else await records.remove(pod.uid);
    } catch (error) {
      host.log(`${config.stateDir}: ${(error as Error).message}`);
    }
  }
}

/** Asks the agent whose pod it is, and nothing more. */
export function classify({ agent, config, deadline }: Context, attachment: Attachment): Promise<CniClassifyResponse> {
  const { pod, ...ids } = attachment;
  return agent.classify({ ...ids, ...pod, ...labelsOf(config) }, deadline.left(WHOSE_TIMEOUT_MS));
}

/** Said only where labels do not count. */
export function labelsOf({ useLabels }: Context["config"]): { useLabels?: false } {
  return useLabels ? {} : { useLabels: false };
}
