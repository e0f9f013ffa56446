/** Which icon a pod's card carries. */
export type PodRole = "box" | "router" | "switch" | "host" | "server" | "firewall";

const WORDS: [RegExp, PodRole][] = [
  [/router|quagga|frr|bgp|ospf|gateway/, "router"],
  [/switch|bridge|ovs/, "switch"],
  [/firewall|\bfw\b|nat/, "firewall"],
  [/host|client|desktop|user/, "host"],
  [/server|web|nginx|db/, "server"],
];

/** The role by its labels; a pod without one is a plain box. */
export function roleOf(labels: Record<string, string>): PodRole {
  const text = (labels["ratchet.network/role"] ?? labels.role ?? labels.app ?? "").toLowerCase();
  return WORDS.find(([word]) => word.test(text))?.[1] ?? "box";
}
