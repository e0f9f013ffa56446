import { type KubeRatchet, startKubeRatchet } from "@ratchet/lab";
import type { KubeCluster, KubeNode } from "@ratchet/testkit";

/** A control plane and one agent per node of a real cluster, the agents named as the nodes. */
export type RatchetBeside = KubeRatchet;

/** Starts them from the built parts and waits until the agents are connected. The flags come behind the usual. */
export function startRatchetBeside(
  cluster: KubeCluster,
  agentFlags: (node: KubeNode) => readonly string[] = () => [],
  apiFlags: readonly string[] = [],
): Promise<RatchetBeside> {
  return startKubeRatchet(cluster, { agentFlags, apiFlags });
}
