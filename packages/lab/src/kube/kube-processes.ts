import { join } from "node:path";
import type { KubeCluster, KubeNode } from "@ratchet/kube-cluster";
import { Supervised } from "../process/supervised.js";
import { DIE_WITH_US } from "../processes.js";
import { parts } from "../repository.js";

export interface KubeProcessContext {
  cluster: KubeCluster;
  /** Where they keep what they know, and their logs. */
  folder: string;
  /** Of the API: the nodes' loopback is another one. */
  socket: string;
  port: number;
  say: (line: string) => void;
}

const VXLAN_PORT = "4789";

/** Named so that the cluster's sweep takes it away after a kill -9. */
export function panelOf(node: KubeNode): string {
  return `${node.netns}.panel`;
}

export function kubeApiProcess(context: KubeProcessContext, more: readonly string[] = []): Supervised {
  const { folder, socket, port } = context;
  return supervised(context, "api", [
    ...DIE_WITH_US,
    ...[process.execPath, parts.api, "--listen", `127.0.0.1:${port}`, "--socket", socket],
    ...["--data", join(folder, "api"), "--web", parts.web, ...more],
  ]);
}

export function kubeAgentProcess(
  context: KubeProcessContext,
  node: KubeNode,
  more: readonly string[] = [],
): Supervised {
  const { cluster, folder, socket } = context;
  return supervised(context, `agent ${node.name}`, [
    ...DIE_WITH_US,
    ...["nsenter", `--net=${node.netnsPath}`, process.execPath, parts.agent],
    ...["--node", node.name, "--vtep", node.vtep, "--parent", node.parentInterface],
    ...Object.entries(node.labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...["--api", `unix:${socket}`, "--data", join(folder, node.name), "--installation", cluster.mark],
    ...["--panel", panelOf(node), "--netns-prefix", `${node.netns}.`, "--vxlan-port", VXLAN_PORT, ...more],
  ]);
}

function supervised(context: KubeProcessContext, name: string, argv: [string, ...string[]]): Supervised {
  return new Supervised({
    ...{ name, argv, say: context.say },
    env: { NODE_ENV: "production" },
    logFile: join(context.folder, `${name.replace(" ", "-")}.log`),
    onChange: () => {},
  });
}
