import { keys } from "@ratchet/contracts";
import type { Gone, Mirror, Touched } from "../state/mirror.js";
import type { PortClaim } from "../state/records.js";
import type { Observer } from "./observer.js";
import type { Reported } from "./status-registry.js";

/** Everything that changed, in intents or in reports, since the last one. By store key; nodes by name. */
export interface Pulse {
  revision: number;
  /** Pods whose assignment may differ. */
  pods: Set<string>;
  links: Set<string>;
  faults: Set<string>;
  /** Pods of which only the status may differ. */
  observedPods: Set<string>;
  nodes: Set<string>;
  gone: Gone[];
  /** Set when every change of intents in it was asked for by one person. */
  actor: string | undefined;
}

/** Gathers what happens within one turn of the event loop and hands it on as one pulse: no timers, no delay. */
export class Feed {
  readonly #mirror: Mirror;
  readonly #observer: Observer;
  readonly #listeners: ((pulse: Pulse) => void)[] = [];
  #next: Pulse = nothing();
  #actors = new Set<string | undefined>();
  #scheduled: NodeJS.Immediate | undefined;

  constructor(mirror: Mirror, observer: Observer) {
    this.#mirror = mirror;
    this.#observer = observer;
    mirror.onChange((touched) => this.#onStore(touched));
  }

  /** Listeners are called in the order they were added. */
  onPulse(listener: (pulse: Pulse) => void): void {
    this.#listeners.push(listener);
  }

  /** An agent said something. */
  reported({ pods, ports, links, faults }: Reported): void {
    const { world } = this.#mirror;
    for (const uid of pods) {
      const key = world.keyOfUid(uid);
      if (key !== undefined) this.#observePod(key);
    }
    for (const uid of links) {
      const key = world.keyOfUid(uid);
      if (key !== undefined) this.#next.links.add(key);
    }
    for (const uid of faults) {
      const key = world.keyOfUid(uid);
      if (key !== undefined) this.#next.faults.add(key);
    }
    for (const port of ports) {
      const pod = world.pod(world.keyOfUid(port.podUid) ?? "")?.data;
      if (pod === undefined) continue;
      this.#next.observedPods.add(keys.pod(pod.namespace, pod.name));
      const claim = world.entry<PortClaim>(keys.port(pod.namespace, pod.name, port.interface))?.data;
      if (claim !== undefined) this.#next.links.add(keys.link(pod.namespace, claim.link));
    }
    this.#schedule();
  }

  /** There is something new to say of what was measured of links. */
  measured(linkUids: readonly string[]): void {
    const keysOf = linkUids.flatMap((uid) => this.#mirror.world.keyOfUid(uid) ?? []);
    for (const key of keysOf) this.#next.links.add(key);
    this.#observer.touch({ links: keysOf });
    this.#schedule();
  }

  /** An agent came or went: everything on its node reads differently. */
  nodeChanged(node: string): void {
    this.#next.nodes.add(node);
    for (const key of this.#mirror.world.podsOfNode(node)) this.#observePod(key);
    this.#schedule();
  }

  stop(): void {
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
  }

  #observePod(key: string): void {
    this.#next.observedPods.add(key);
    for (const link of this.#mirror.world.linksOfPod(key)) this.#next.links.add(link);
  }

  #onStore(touched: Touched): void {
    const next = this.#next;
    for (const key of touched.pods) next.pods.add(key);
    for (const key of touched.ends) next.observedPods.add(key);
    for (const key of touched.links) next.links.add(key);
    for (const key of touched.faults) next.faults.add(key);
    for (const name of touched.nodes) next.nodes.add(name);
    next.gone.push(...touched.gone);
    // Read-your-writes: an answer given before the pulse must not show what was derived before it.
    this.#observer.touch({ pods: touched.pods, links: touched.links });
    this.#observer.touch({ pods: touched.ends });
    for (const name of touched.nodes) this.#onNodeRecord(name);
    if (touched.pods.size + touched.links.size + touched.faults.size + touched.gone.length > 0)
      this.#actors.add(touched.actor);
    this.#schedule();
  }

  // Another underlay may mean another default MTU for every link.
  #onNodeRecord(name: string): void {
    const { world } = this.#mirror;
    const isDefaultMoved = this.#observer.touchNodes();
    for (const key of isDefaultMoved ? world.allKeys("pods") : world.podsOfNode(name)) {
      this.#next.pods.add(key);
      this.#observePod(key);
    }
    this.#observer.touch({ pods: this.#next.pods, links: this.#next.links });
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      const pulse = this.#next;
      const [actor] = this.#actors;
      pulse.revision = this.#mirror.revision;
      pulse.actor = this.#actors.size === 1 ? actor : undefined;
      this.#next = nothing();
      this.#actors = new Set();
      // A fault is another state of its links, and a moved link another reach of its faults.
      const reach = this.#observer.faults.moved();
      for (const key of reach.faults) pulse.faults.add(key);
      for (const key of reach.links) pulse.links.add(key);
      this.#observer.touch({ pods: pulse.pods, links: pulse.links });
      this.#observer.touch({ pods: pulse.observedPods });
      for (const listener of this.#listeners) listener(pulse);
    });
  }
}

function nothing(): Pulse {
  return {
    revision: 0,
    pods: new Set(),
    links: new Set(),
    faults: new Set(),
    observedPods: new Set(),
    nodes: new Set(),
    gone: [],
    actor: undefined,
  };
}
