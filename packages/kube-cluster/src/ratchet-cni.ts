import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { CniFile } from "./cluster.js";
import { ptpWithHostLocal } from "./default-cni.js";
import type { KubeNode } from "./node.js";

/**
 * The prototype's node configuration with Ratchet's executable beside the reference plugins. Beyond the prototype's
 * keys it says only where this node keeps things, since the nodes share one file system.
 */
export function ratchetCni(shim: string): (node: KubeNode) => CniFile {
  return (node) => {
    copyFileSync(shim, join(node.cniBinDir, "ratchet"));
    return {
      name: "10-ratchet.conf",
      content: {
        cniVersion: "1.0.0",
        name: "ratchet-demo",
        type: "ratchet",
        etcd_host: "etcd-client.ratchet.svc.cluster.local",
        etcd_port: "2379",
        child_path: "/opt/cni/bin/ratchet-child",
        parent_interface: node.parentInterface,
        parent_address: node.vtep,
        use_labels: true,
        delegate: ptpWithHostLocal(node),
        boot_network: { type: "loopback" },
        agent_socket: cniSocketOf(node),
        state_dir: cniStateOf(node),
        kubeconfig: node.kubeconfigs.shim,
      },
    };
  };
}

/** What the node's agent has to be told of it. */
export function agentCniFlags(node: KubeNode): string[] {
  return [
    ...["--cni-socket", cniSocketOf(node), "--cni-state", cniStateOf(node)],
    ...["--kubeconfig", node.kubeconfigs.agent],
  ];
}

export function cniSocketOf(node: KubeNode): string {
  return join(node.runDir, "ratchet-cni.sock");
}

export function cniStateOf(node: KubeNode): string {
  return join(node.cniDataDir, "ratchet");
}
