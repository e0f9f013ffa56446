import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  agentCniFlags,
  clusterLeftovers,
  type KubeCluster,
  type KubeClusterOptions,
  type KubeNode,
  ratchetCni,
  startKubeCluster,
} from "@ratchet/testkit";
import { expect } from "vitest";
import { type RatchetBeside, startRatchetBeside } from "./ratchet-beside.js";

export const SHIM = fileURLToPath(new URL("../../packages/cni-shim/dist/ratchet", import.meta.url));

/** A real cluster whose pods Ratchet's CNI plugin wires, with control plane and agents. */
export class WiredCluster {
  private constructor(
    readonly cluster: KubeCluster,
    readonly ratchet: RatchetBeside,
  ) {}

  static async start(
    options: KubeClusterOptions = {},
    agentFlags: (node: KubeNode) => string[] = agentCniFlags,
  ): Promise<WiredCluster> {
    const cluster = await startKubeCluster({ cniConf: ratchetCni(SHIM), ...options });
    try {
      const flags = ["--kubeconfig", cluster.kubeconfigs.controlPlane];
      return new WiredCluster(cluster, await startRatchetBeside(cluster, agentFlags, flags));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Removes everything, and fails when something of it is left. */
  async end(): Promise<void> {
    await this.ratchet.stop();
    await this.cluster.stop();
    for (const [what, left] of Object.entries(clusterLeftovers(this.cluster))) expect(left, what).toEqual([]);
  }
}

/** host-local keeps one file for each address it gave away. */
export function leasesOf(node: KubeNode): string[] {
  const files = readdirSync(node.cniDataDir, { recursive: true }) as string[];
  return files.filter((file) => /\/10\.214\.[\d.]+$/.test(file));
}
