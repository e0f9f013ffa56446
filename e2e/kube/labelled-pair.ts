import { busyboxPod } from "@ratchet/testkit";

/** The labels of a pair's primary, which describes the wire, and of its pair; the prototype's, `local_ip` and all. */
export function primaryLabels(name: string, pair: string, network = "192.168.2"): Record<string, string> {
  return {
    ratchet: "true",
    "ratchet.pod_name": name,
    "ratchet.primary": "true",
    "ratchet.pair_name": pair,
    "ratchet.local_ip": `${network}.100`,
    "ratchet.local_ifname": "in1",
    "ratchet.pair_ip": `${network}.101`,
    "ratchet.pair_ifname": "in2",
  };
}

export function pairLabels(name: string): Record<string, string> {
  return { ratchet: "true", "ratchet.pod_name": name, "ratchet.primary": "false" };
}

/** A pod that a node is named for by label, as the prototype's users do. */
export function labelledPod(name: string, side: "left" | "right", labels: Record<string, string>): object {
  return busyboxPod({ name, labels, nodeSelector: { ratchetside: side } });
}
