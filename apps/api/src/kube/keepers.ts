import { SetIndex } from "../state/set-index.js";
import { podKeysOfLink } from "../state/wired-link.js";
import type { World } from "../state/world.js";
import { keptOf } from "./kept-ports.js";
import type { KubePod } from "./kube-pod.js";
import { pairingName } from "./pod-book.js";

/** Which pods keep an interface, and for whom. */
export class Keepers {
  readonly #world: World;
  /** Store keys of pods, by namespace and pairing name of the pod that asked: a replacement has another name. */
  readonly #byAsker = new SetIndex<string>();
  readonly #askersOf = new Map<string, string[]>();

  constructor(world: World) {
    this.#world = world;
    for (const key of world.allKeys("pods")) this.index(key);
  }

  /** Takes in what a pod keeps now. */
  index(podKey: string): void {
    const pod = this.#world.pod(podKey)?.data;
    const askers = pod === undefined ? [] : Object.values(keptOf(pod)).map((by) => askerOf(pod.namespace, by));
    for (const asker of this.#askersOf.get(podKey) ?? []) this.#byAsker.remove(asker, podKey);
    for (const asker of askers) this.#byAsker.add(asker, podKey);
    if (askers.length === 0) this.#askersOf.delete(podKey);
    else this.#askersOf.set(podKey, askers);
  }

  /** Those that keep something for a pod of its pairing name, and those at an end of these links that keep anything. */
  concernedBy(pod: KubePod, linkKeys: Iterable<string>): Set<string> {
    const found = new Set(this.#byAsker.get(askerOf(pod.namespace, pairingName(pod))));
    if (this.#askersOf.size === 0) return found;
    for (const linkKey of linkKeys) {
      const link = this.#world.wired(linkKey);
      for (const key of link === undefined ? [] : podKeysOfLink(link)) if (this.#askersOf.has(key)) found.add(key);
    }
    return found;
  }
}

function askerOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
