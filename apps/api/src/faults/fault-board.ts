import { keys } from "@ratchet/contracts";
import type { ResolvedLink } from "../resolve/resolve-link.js";
import type { Mirror } from "../state/mirror.js";
import type { FaultRecord } from "../state/records.js";
import { FaultClock } from "./fault-clock.js";
import { type FaultReach, reachOf, type TimelessFault } from "./fault-reach.js";

interface Entry {
  record: FaultRecord;
  reach: FaultReach;
  text: string;
}

/** The faults that run and what they act on. Found anew when something they depend on moved, and only when asked. */
export class FaultBoard {
  readonly clock = new FaultClock();
  /** Moves whenever a node may have to be told something else. */
  version = 0;
  readonly #mirror: Mirror;
  readonly #resolve: (linkKey: string) => ResolvedLink | undefined;
  #entries = new Map<string, Entry>();
  #ofLink = new Map<string, string[]>();
  #isStale = true;
  #moved = { faults: new Set<string>(), links: new Set<string>() };

  constructor(mirror: Mirror, resolve: (linkKey: string) => ResolvedLink | undefined) {
    this.#mirror = mirror;
    this.#resolve = resolve;
    mirror.onChange(({ faults, pods, links, nodes, vnis, gone }) => {
      for (const { kind, uid } of gone) if (kind === "Fault") this.clock.forget(uid);
      if (faults.size + pods.size + links.size + nodes.size + vnis.size > 0) this.#isStale = true;
    });
  }

  reach(faultKey: string): FaultReach | undefined {
    return this.#fresh().get(faultKey)?.reach;
  }

  /** Running faults that act on a link. */
  ofLink(linkKey: string): FaultRecord[] {
    const entries = this.#fresh();
    return (this.#ofLink.get(linkKey) ?? []).flatMap((key) => entries.get(key)?.record ?? []);
  }

  assignedTo(node: string): { fault: TimelessFault; record: FaultRecord }[] {
    return [...this.#fresh().values()].flatMap(({ record, reach }) => {
      const fault = reach.byNode.get(node);
      return fault === undefined ? [] : [{ fault, record }];
    });
  }

  /** Faults, and links, that read differently since this was last asked. */
  moved(): { faults: ReadonlySet<string>; links: ReadonlySet<string> } {
    this.#fresh();
    const moved = this.#moved;
    this.#moved = { faults: new Set(), links: new Set() };
    return moved;
  }

  #fresh(): ReadonlyMap<string, Entry> {
    if (!this.#isStale) return this.#entries;
    this.#isStale = false;
    const before = this.#entries;
    this.#entries = new Map();
    for (const key of this.#mirror.world.allKeys("faults")) {
      const held = this.#mirror.world.fault(key);
      if (held === undefined || held.data.end !== null) continue;
      const reach = this.#reachOf(held.data, held.modRevision);
      const text = JSON.stringify([reach.links, [...reach.byNode]]);
      this.#entries.set(key, { record: held.data, reach, text });
    }
    this.#compare(before);
    return this.#entries;
  }

  #compare(before: ReadonlyMap<string, Entry>): void {
    let hasMoved = false;
    for (const key of new Set([...before.keys(), ...this.#entries.keys()])) {
      const old = before.get(key);
      const now = this.#entries.get(key);
      if (old?.text === now?.text) continue;
      hasMoved = true;
      this.#moved.faults.add(key);
      for (const link of [...(old?.reach.links ?? []), ...(now?.reach.links ?? [])]) this.#moved.links.add(link);
    }
    if (!hasMoved) return;
    this.version++;
    this.#ofLink = new Map();
    for (const [key, { reach }] of this.#entries) {
      for (const link of reach.links) this.#ofLink.set(link, [...(this.#ofLink.get(link) ?? []), key]);
    }
  }

  #reachOf(record: FaultRecord, revision: number): FaultReach {
    const { world } = this.#mirror;
    const { namespace } = record;
    return reachOf(record, revision, {
      links: () => world.keysIn("links", namespace),
      linksOfPod: (name) => world.linksOfPod(keys.pod(namespace, name)),
      linkKey: (name) => {
        const key = keys.link(namespace, name);
        return world.link(key) === undefined ? undefined : key;
      },
      pod: (name) => world.pod(keys.pod(namespace, name))?.data,
      *pods() {
        for (const key of world.keysIn("pods", namespace)) {
          const pod = world.pod(key)?.data;
          if (pod !== undefined) yield { pod, node: world.nodeOf(key) };
        }
      },
      resolve: this.#resolve,
    });
  }
}
