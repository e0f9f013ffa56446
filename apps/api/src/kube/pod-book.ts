import { LEGACY_LABELS as LABEL } from "@ratchet/contracts";
import { SetIndex } from "../state/set-index.js";
import type { KubePod } from "./kube-pod.js";

/** The cluster's pods that are Ratchet's, and which of them name which as a pair. */
export class PodBook {
  readonly #pods = new Map<string, KubePod>();
  /** by `ratchet.pod_name`, or the pod's own name */
  readonly #named = new SetIndex<string>();
  /** by `ratchet.pair_name` */
  readonly #pairing = new SetIndex<string>();

  get(key: string): KubePod | undefined {
    return this.#pods.get(key);
  }

  keys(): Iterable<string> {
    return this.#pods.keys();
  }

  /** Puts a pod, or takes it out; returns the keys of others whose links this may change. */
  set(key: string, pod: KubePod | undefined): Set<string> {
    const touched = new Set<string>();
    const before = this.#pods.get(key);
    for (const one of [before, pod]) {
      if (one === undefined) continue;
      for (const other of this.#pairing.get(pairingName(one))) touched.add(other);
    }
    if (before !== undefined) {
      this.#named.remove(pairingName(before), key);
      this.#pairing.remove(before.labels[LABEL.pairName] ?? "", key);
      this.#pods.delete(key);
    }
    if (pod !== undefined) {
      this.#named.add(pairingName(pod), key);
      if (pod.labels[LABEL.pairName]) this.#pairing.add(pod.labels[LABEL.pairName] ?? "", key);
      this.#pods.set(key, pod);
    }
    touched.delete(key);
    return touched;
  }

  /** The pod of a namespace that carries a pairing name. */
  inNamespace(namespace: string, podName: string): KubePod | undefined {
    return this.#carriers(podName).find((pod) => pod.namespace === namespace);
  }

  /** One of another namespace that carries it and has no primary there: it may be the one that was meant. */
  elsewhere(namespace: string, podName: string): KubePod | undefined {
    const primaries = [...this.#pairing.get(podName)].flatMap((key) => this.#pods.get(key) ?? []);
    const isTaken = (pod: KubePod) => primaries.some((primary) => primary.namespace === pod.namespace);
    return this.#carriers(podName).find((pod) => pod.namespace !== namespace && !isTaken(pod));
  }

  #carriers(podName: string): KubePod[] {
    return [...this.#named.get(podName)].sort().flatMap((key) => this.#pods.get(key) ?? []);
  }
}

export function pairingName({ name, labels }: Pick<KubePod, "name" | "labels">): string {
  return labels[LABEL.podName] ?? name;
}
