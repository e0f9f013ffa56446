import type { LabNode } from "@ratchet/contracts";

export const UNDERLAY_PREFIX_LENGTH = 16;
export const UNDERLAY_MTU_BYTES = 1500;

/** One node on the underlay. Every lab has a bridge of its own, so all of them use the same addresses. */
export interface PlannedNode {
  name: string;
  labels: Record<string, string>;
  /** Tunnel address, without prefix length. */
  address: string;
  /** The bridge's side of the node's cable. */
  bridgePort: string;
}

export function planUnderlay(nodes: readonly LabNode[]): PlannedNode[] {
  return nodes.map((node, index) => {
    const host = index + 1;
    return {
      name: node.name,
      labels: node.labels,
      address: `10.255.${host >> 8}.${host & 255}`,
      bridgePort: `port${host}`,
    };
  });
}

/** `left`, `right`, `node3`, ...: the nodes of a lab whose example names none. */
export function defaultNodes(count: number): LabNode[] {
  const sides = ["left", "right"];
  return Array.from({ length: count }, (_, index) => {
    const side = sides[index];
    return side === undefined
      ? { name: `node${index + 1}`, labels: {} }
      : { name: side, labels: { ratchetside: side } };
  });
}
