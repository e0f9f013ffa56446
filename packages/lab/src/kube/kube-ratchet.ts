import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { KubeCluster, KubeNode } from "@ratchet/kube-cluster";
import { ApiClient } from "../api-client.js";
import { choosePort } from "../free-port.js";
import { deleteNamespaces } from "../host/namespaces.js";
import { LabError } from "../lab-error.js";
import type { Supervised } from "../process/supervised.js";
import { needParts } from "../repository.js";
import { waitForNodes } from "../topology/settle.js";
import { kubeAgentProcess, kubeApiProcess, panelOf } from "./kube-processes.js";

export interface KubeRatchetOptions {
  /** Default any free one. */
  port?: number;
  say?: (line: string) => void;
  /** Throws when the start is called off. */
  checkpoint?: () => void;
  /** Behind the usual ones. */
  apiFlags?: readonly string[];
  agentFlags?: (node: KubeNode) => readonly string[];
}

/** A control plane and one agent per node of a real cluster, the agents named as the nodes; each can be killed. */
export interface KubeRatchet {
  url: string;
  api: ApiClient;
  /** The process of the API. */
  control: Supervised;
  agent(node: string): Supervised;
  panelOf(node: KubeNode): string;
  stop(): Promise<void>;
}

const AGENTS_MS = 60_000;

/** Starts them from the built parts and waits until the agents are connected. On failure nothing of them is left. */
export async function startKubeRatchet(cluster: KubeCluster, options: KubeRatchetOptions = {}): Promise<KubeRatchet> {
  needParts();
  const folder = join(cluster.path, "ratchet");
  mkdirSync(folder, { recursive: true });
  const port = options.port ?? (await choosePort(0));
  const context = { cluster, folder, socket: join(folder, "api.sock"), port, say: options.say ?? (() => {}) };
  const control = kubeApiProcess(context, options.apiFlags);
  const agents = new Map(
    cluster.nodes.map((node) => [node.name, kubeAgentProcess(context, node, options.agentFlags?.(node))]),
  );
  const stop = async () => {
    await Promise.all([...agents.values(), control].map((item) => item.stop()));
    await deleteNamespaces(cluster.nodes.map(panelOf));
  };
  try {
    const { url } = (await control.start()) as { url: string };
    await Promise.all([...agents.values()].map((agent) => agent.start()));
    const api = new ApiClient(url);
    await waitForNodes(api, agents.size, AGENTS_MS, options.checkpoint ?? (() => {}));
    const agent = (name: string) => {
      const found = agents.get(name);
      if (found === undefined) throw new LabError(`no agent ${name} in cluster ${cluster.mark}`);
      return found;
    };
    return { url, api, control, agent, panelOf, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
