import { keys, labelsText } from "@ratchet/contracts";
import type { LinkRecord } from "../state/records.js";
import type { World } from "../state/world.js";
import type { Announcer } from "./announcer.js";
import { isFromKubernetes } from "./marks.js";

/** A pod of the cluster that labels have chosen for an end of a link. */
interface Seat {
  pod: { uid: string; namespace: string; name: string };
  interface: string;
  labels: string;
}
type Seats = { linkUid: string; ends: (Seat | null)[] };

/** Tells pods of the cluster, as Events, of the wires that a `podSelector` brings them or takes from them. */
export class ChoiceNews {
  readonly #world: World;
  readonly #announcer: Announcer;
  /** By the link's store key, as last looked at: links without a selector are not in it. */
  readonly #seats = new Map<string, Seats>();

  constructor(world: World, announcer: Announcer) {
    this.#world = world;
    this.#announcer = announcer;
    // Who has what at the start was told by whoever led then.
    for (const key of world.allKeys("links")) this.#take(key);
  }

  observe(linkKey: string): void {
    const before = this.#seats.get(linkKey);
    const link = this.#world.link(linkKey)?.data;
    const now = this.#take(linkKey);
    // A link that is gone has left nobody for somebody else.
    if (link === undefined || (before !== undefined && before.linkUid !== link.uid)) return;
    for (const index of [0, 1]) {
      const [left, come] = [before?.ends[index] ?? null, now?.ends[index] ?? null];
      if (left?.pod.uid === come?.pod.uid) continue;
      if (left !== null) this.#tell(left, "LinkLeft", leftText(link, index, left, come));
      if (come !== null) this.#tell(come, "LinkArrived", arrivedText(link, left, come));
    }
  }

  #tell({ pod }: Seat, reason: string, message: string): void {
    this.#announcer.happened({ pod, type: "Normal", reason, message });
  }

  #take(linkKey: string): Seats | undefined {
    const link = this.#world.link(linkKey)?.data;
    const wired = this.#world.wired(linkKey);
    if (link === undefined || wired === undefined || !link.spec.endpoints.some((end) => "podSelector" in end)) {
      this.#seats.delete(linkKey);
      return undefined;
    }
    const ends = link.spec.endpoints.map((end, index): Seat | null => {
      const chosen = wired.spec.endpoints[index];
      if (!("podSelector" in end) || chosen === undefined || !("pod" in chosen)) return null;
      const pod = this.#world.pod(keys.pod(link.namespace, chosen.pod))?.data;
      if (pod === undefined || !isFromKubernetes(pod)) return null;
      const { uid, namespace, name } = pod;
      return {
        pod: { uid, namespace, name },
        interface: end.interface,
        labels: labelsText(end.podSelector) || "any labels",
      };
    });
    const seats = { linkUid: link.uid, ends };
    this.#seats.set(linkKey, seats);
    return seats;
  }
}

function leftText({ name, spec }: LinkRecord, index: number, left: Seat, come: Seat | null): string {
  const what = `link ${name} has left ${left.interface}`;
  if (come !== null) return `${what} for pod ${come.pod.name}, the newest ready one with ${come.labels}`;
  const end = spec.endpoints[index];
  if (end !== undefined && "pod" in end) return `${what}: it was re-routed to pod ${end.pod}`;
  return `${what}: this pod is not chosen by ${left.labels} any more, and no other is ready`;
}

function arrivedText({ name }: LinkRecord, left: Seat | null, come: Seat): string {
  const from = left === null ? "" : `, after pod ${left.pod.name}`;
  return `link ${name} ends here at ${come.interface} now: the newest ready pod with ${come.labels}${from}`;
}
