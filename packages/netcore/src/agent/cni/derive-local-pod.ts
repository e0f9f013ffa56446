import {
  type AssignedPort,
  InterfaceAddress,
  LEGACY_LABELS as LABEL,
  LEGACY_PREFIX_LENGTH,
  WireInterfaceName,
} from "@ratchet/contracts";
import type { KubePod } from "./kube-pod.js";
import type { LocalPod } from "./registrations.js";

/** True for pods that asked for wires: by the label, which must say "true", or by the annotation. */
export function isRatchetPod(pod: KubePod): boolean {
  return pod.labels[LABEL.isRatchet] === "true" || pod.links !== undefined;
}

/**
 * The pod and its own ports as its labels, and those of this node's pods that pair with it, describe them. Pure.
 *
 * What is wrong in a label is left out here: the control plane's Link says so, and the pod starts all the same.
 */
export function deriveLocalPod(pod: KubePod, neighbours: Iterable<KubePod>, mtuBytes: number): LocalPod {
  const ports = new Map<string, AssignedPort>();
  const add = (ifName: string | undefined, ip: string | undefined) => {
    const name = WireInterfaceName.safeParse(ifName);
    if (!name.success || ports.has(name.data)) return;
    const address = InterfaceAddress.safeParse(`${ip}/${LEGACY_PREFIX_LENGTH}`);
    ports.set(name.data, {
      podUid: pod.uid,
      interface: name.data,
      mtuBytes,
      mac: null,
      addresses: address.success ? [address.data] : [],
      routes: [],
    });
  };
  if (isPrimary(pod)) add(pod.labels[LABEL.localIfName], pod.labels[LABEL.localIp]);
  for (const other of neighbours) {
    if (other.uid === pod.uid || other.namespace !== pod.namespace || !isPrimary(other)) continue;
    if (other.labels[LABEL.pairName] !== pairingName(pod)) continue;
    add(other.labels[LABEL.pairIfName], other.labels[LABEL.pairIp]);
  }
  return {
    pod: {
      podUid: pod.uid,
      namespace: pod.namespace,
      name: pod.name,
      sandbox: { cni: true },
      sysctls: {},
      loopback: [],
      isRunning: true,
      incarnation: 1,
    },
    ports: [...ports.values()],
  };
}

function isPrimary(pod: KubePod): boolean {
  return pod.labels[LABEL.isRatchet] === "true" && pod.labels[LABEL.primary] === "true";
}

function pairingName(pod: KubePod): string {
  return pod.labels[LABEL.podName] ?? pod.name;
}
