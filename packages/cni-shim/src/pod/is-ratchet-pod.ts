import type { Agent } from "../agent.js";
import type { Attachment } from "../config/environment.js";
import type { NodeConfig } from "../config/node-config.js";
import type { Deadline } from "../host/deadline.js";
import type { Host } from "../host/host.js";
import { askKubernetes } from "../kube/ask-kubernetes.js";
import { RatchetPods } from "../records/ratchet-pods.js";

// Other pods wait this long for an agent that hangs.
const CLASSIFY_TIMEOUT_MS = 2000;
const KUBERNETES_TIMEOUT_MS = 2000;

/**
 * Whose pod is it? Asks the agent, then Kubernetes, then what an earlier run wrote down.
 *
 * When nobody knows, the pod counts as somebody else's: one dead agent must not stop every pod of the node.
 */
export async function isRatchetPod(
  host: Host,
  agent: Agent,
  attachment: Attachment,
  config: NodeConfig,
  deadline: Deadline,
): Promise<boolean> {
  const { pod, containerId, ifName, netns } = attachment;
  if (pod === undefined) return false;
  const records = new RatchetPods(config.stateDir);
  const answer = (await fromAgent()) ?? (await fromKubernetes());
  if (answer === undefined) {
    const isOurs = pod.uid !== undefined && records.has(pod.uid);
    host.log(`nobody says whose pod ${pod.namespace}/${pod.name} is; by the records: ${isOurs ? "" : "not "}Ratchet's`);
    return isOurs;
  }
  remember(answer);
  return answer;

  async function fromAgent(): Promise<boolean | undefined> {
    try {
      const body = { containerId, ifName, netns, ...pod };
      const { isRatchet, known } = await agent.classify(body, deadline.left(CLASSIFY_TIMEOUT_MS));
      return known ? isRatchet : undefined;
    } catch (error) {
      host.log(`classify: ${(error as Error).message}`);
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

  function remember(isRatchet: boolean): void {
    if (pod?.uid === undefined) return;
    try {
      if (isRatchet) records.put(pod.uid);
      else records.remove(pod.uid);
    } catch (error) {
      host.log(`${config.stateDir}: ${(error as Error).message}`);
    }
  }
}
