import { familyOf } from "@ratchet/contracts";

/** Outer Ethernet, IPv4 or IPv6, UDP and VXLAN headers (RFC 7348), bytes. */
const OVERHEAD_BYTES = { 4: 50, 6: 70 } as const;
/** What an Ethernet underlay leaves, for as long as no node is known. */
const WITHOUT_NODES_BYTES = 1450;

export interface Underlay {
  vtepAddress: string;
  underlayMtu: number;
}

/** What a tunnel of this node carries, bytes. */
export function tunnelMtuBytes(node: Underlay): number {
  return node.underlayMtu - OVERHEAD_BYTES[familyOf(node.vtepAddress)];
}

/** The largest MTU that a tunnel between any two of these nodes carries, or null when none is known. */
export function carriedMtuBytes(nodes: Iterable<Underlay>): number | null {
  let smallest: number | null = null;
  for (const node of nodes) {
    const mtu = tunnelMtuBytes(node);
    if (smallest === null || mtu < smallest) smallest = mtu;
  }
  return smallest;
}

/** The MTU of a link that names none: the same wherever its ends are, so that a re-route changes nothing. */
export function defaultMtuBytes(carried: number | null): number {
  return carried ?? WITHOUT_NODES_BYTES;
}
