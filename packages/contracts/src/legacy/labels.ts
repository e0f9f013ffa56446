/** Labels of the 2017 prototype. Values hold bare IPv4 addresses, because a label cannot contain `/`. */
export const LEGACY_LABELS = {
  isRatchet: "ratchet",
  podName: "ratchet.pod_name",
  primary: "ratchet.primary",
  pairName: "ratchet.pair_name",
  localIp: "ratchet.local_ip",
  localIfName: "ratchet.local_ifname",
  pairIp: "ratchet.pair_ip",
  pairIfName: "ratchet.pair_ifname",
} as const;

/** The labels of a pod where the prototype's do not count (`use_labels: false`). */
export function withoutLegacyLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const own = new Set<string>(Object.values(LEGACY_LABELS));
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !own.has(key)));
}

/** The prototype knew no other. */
export const LEGACY_PREFIX_LENGTH = 24;
