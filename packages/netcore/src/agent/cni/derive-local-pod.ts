import {
  type AssignedPort,
  LEGACY_LABELS as LABEL,
  LINKS_ANNOTATION,
  type LocalPod,
  readKubePod,
} from "@ratchet/contracts";
import type { KubePod } from "./kube-pod.js";

/**
 * The pod and its own ports as its labels and annotation, and those of this node's pods that name it as their peer,
 * describe them. Pure.
 *
 * What is wrong in them is left out here: the control plane says so, and the pod starts all the same.
 */
export function deriveLocalPod(pod: KubePod, neighbours: Iterable<KubePod>, mtuBytes: number): LocalPod {
  const near = [...neighbours].filter((other) => other.namespace === pod.namespace && other.uid !== pod.uid);
  const find = (podName: string) => [pod, ...near].find((other) => pairingName(other) === podName)?.name;
  const ports = new Map<string, AssignedPort>();
  const askers: Record<string, string> = {};
  for (const source of [pod, ...near.filter((other) => mayName(other, pod))]) {
    for (const { spec } of readKubePod(source, find).links) {
      for (const end of spec.endpoints) {
        if (!("pod" in end) || end.pod !== pod.name || ports.has(end.interface)) continue;
        if (source !== pod) askers[end.interface] = pairingName(source);
        ports.set(end.interface, {
          podUid: pod.uid,
          interface: end.interface,
          mtuBytes: spec.mtu ?? mtuBytes,
          mac: end.mac ?? null,
          addresses: end.addresses ?? [],
          routes: end.routes ?? [],
        });
      }
    }
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
    askers,
  };
}

/**
 * What is derived now, with the ports that only a neighbour asked for who is gone: they stay until it has come back
 * without asking for them, as a pod keeps its interface when a cable is pulled at the far end. Pure.
 */
export function keepPorts(former: LocalPod | null, derived: LocalPod, neighbours: Iterable<KubePod>): LocalPod {
  const { namespace, podUid } = derived.pod;
  if (former?.pod.podUid !== podUid || former.askers === undefined) return derived;
  const near = [...neighbours].filter((other) => other.namespace === namespace && other.uid !== podUid);
  const present = new Set(near.map(pairingName));
  const has = new Set(derived.ports.map((port) => port.interface));
  const askers = { ...derived.askers };
  const kept = former.ports.filter(({ interface: ifName }) => {
    const asker = former.askers?.[ifName];
    if (asker === undefined || has.has(ifName) || present.has(asker)) return false;
    askers[ifName] = asker;
    return true;
  });
  return { ...derived, ports: [...derived.ports, ...kept], askers };
}

/** Spares reading hundreds of annotations for one pod. */
function mayName(other: KubePod, pod: KubePod): boolean {
  const isPair = other.labels[LABEL.pairName] === pairingName(pod);
  return isPair || other.annotations[LINKS_ANNOTATION]?.includes(pod.name) === true;
}

function pairingName(pod: KubePod): string {
  return pod.labels[LABEL.podName] ?? pod.name;
}
