import type { CniFile } from "./cluster.js";
import type { KubeNode } from "./node.js";

/** A cluster without Ratchet: the reference plugins, each node with a range of its own. */
export function defaultCni(node: KubeNode): CniFile {
  return {
    name: "10-ptp.conflist",
    content: { cniVersion: "1.0.0", name: "plain", plugins: [ptpWithHostLocal(node)] },
  };
}

/** `ptp` with `host-local`, whose leases lie in the node's own folder. */
export function ptpWithHostLocal(node: KubeNode): object {
  const range = node.vtep.split(".").at(-1);
  return {
    type: "ptp",
    ipMasq: false,
    ipam: { type: "host-local", dataDir: node.cniDataDir, ranges: [[{ subnet: `10.214.${range}.0/24` }]] },
  };
}
