import { isDeepStrictEqual } from "node:util";
import { keys } from "@ratchet/contracts";
import type { NewChange } from "../history/change-record.js";
import type { Compare, Op } from "../store/store.js";
import { nodeOfPod } from "./node-of-pod.js";
import type { AddressClaim, ChoiceRecord, Held, LinkRecord, PodRecord, SubnetRecord, VniRecord } from "./records.js";
import { SetIndex } from "./set-index.js";
import { linkOfChoice, podKeysOfLink, wiredLink } from "./wired-link.js";
import type { World } from "./world.js";

/** A change of one object, before it has an id, a time and an author. */
export type ChangeNote = Omit<NewChange, "id" | "at" | "actor">;

const DELETED = Symbol("deleted");

/**
 * A transaction in the making: reads see what was written before, and every key that was read or
 * written is compared at commit, so that what was decided on is still so when it takes effect.
 */
export class Draft {
  readonly changes: ChangeNote[] = [];
  readonly world: World;
  readonly #compared = new Map<string, number>();
  readonly #written = new Map<string, unknown>();
  readonly #required: Compare[] = [];
  readonly #putLinksOfPod = new SetIndex<string>();
  readonly #putVnisOfLink = new SetIndex<string>();
  readonly #putSubnetsOfLink = new SetIndex<string>();
  readonly #putClaimsOfAddress = new SetIndex<string>();

  constructor(world: World) {
    this.world = world;
  }

  /** Reads what the decision depends on. */
  read<T>(key: string): T | undefined {
    this.#compare(key);
    return this.peek<T>(key);
  }

  /** Reads what may change meanwhile without making the transaction wrong. */
  peek<T>(key: string): T | undefined {
    const written = this.#written.get(key);
    if (written !== undefined) return written === DELETED ? undefined : (written as T);
    return this.world.entry<T>(key)?.data;
  }

  /** The entry as the store has it, without this draft's own writes. */
  stored<T>(key: string): Held<T> | undefined {
    this.#compare(key);
    return this.world.entry<T>(key);
  }

  put(key: string, value: object): void {
    this.#compare(key);
    this.#written.set(key, value);
    if (key.startsWith(keys.links()) || key.startsWith(keys.choices())) {
      const linkKey = key.startsWith(keys.links()) ? key : linkOfChoice(key);
      const link = this.peek<LinkRecord>(linkKey);
      if (link !== undefined)
        for (const podKey of podKeysOfLink(this.wired(link))) this.#putLinksOfPod.add(podKey, linkKey);
    } else if (key.startsWith(keys.vnis())) {
      this.#putVnisOfLink.add((value as VniRecord).linkUid, key);
    } else if (key.startsWith(keys.subnets())) {
      this.#putSubnetsOfLink.add((value as SubnetRecord).linkUid, key);
    } else if (key.startsWith(keys.addresses())) {
      const [namespace = "", , address = ""] = key.slice(keys.addresses().length).split("/");
      this.#putClaimsOfAddress.add(`${namespace}/${address}`, key);
    }
  }

  delete(key: string): void {
    this.#compare(key);
    this.#written.set(key, DELETED);
  }

  /** Compares this too at commit, whatever is read or written. */
  require(compares: readonly Compare[]): void {
    this.#required.push(...compares);
  }

  note(change: ChangeNote): void {
    this.changes.push(change);
  }

  /** A link with the pods that its selectors have chosen, this draft's own writes included. */
  wired(link: LinkRecord): LinkRecord {
    return wiredLink(link, this.peek<ChoiceRecord>(keys.choice(link.namespace, link.name)));
  }

  /** The pods of a namespace, without those that this draft makes. */
  *podsIn(namespace: string): Iterable<PodRecord> {
    for (const key of this.world.keysIn("pods", namespace)) {
      const pod = this.pod(key);
      if (pod !== undefined) yield pod;
    }
  }

  /** The links that name a pod or have chosen it, this draft's own writes included. */
  linksOfPod(podKey: string): Set<string> {
    const found = new Set<string>();
    for (const key of [...this.world.linksOfPod(podKey), ...this.#putLinksOfPod.get(podKey)]) {
      const link = this.peek<LinkRecord>(key);
      if (link !== undefined && podKeysOfLink(this.wired(link)).includes(podKey)) found.add(key);
    }
    return found;
  }

  /** Every VNI that belongs to a link, draining ones too. */
  vnisOfLink(linkUid: string): VniRecord[] {
    const numbers = [...this.world.vnisOfLink(linkUid)].map((vni) => keys.vni(vni));
    const found = new Set([...numbers, ...this.#putVnisOfLink.get(linkUid)]);
    return [...found].flatMap((key) => {
      const record = this.read<VniRecord>(key);
      return record?.linkUid === linkUid ? [record] : [];
    });
  }

  subnetsOfLink(linkUid: string): SubnetRecord[] {
    const found = new Set([...this.world.subnetsOfLink(linkUid), ...this.#putSubnetsOfLink.get(linkUid)]);
    return [...found].flatMap((key) => {
      const record = this.read<SubnetRecord>(key);
      return record?.linkUid === linkUid ? [record] : [];
    });
  }

  /** Whether any pod of the namespace has this address, with this draft in effect. */
  hasAddress(namespace: string, address: string): boolean {
    const claims = [
      ...this.world.claimsOfAddress(namespace, address),
      ...this.#putClaimsOfAddress.get(`${namespace}/${address}`),
    ];
    return claims.some((key) => this.peek<AddressClaim>(key) !== undefined);
  }

  /** Number of keys written so far. */
  get writes(): number {
    return this.#written.size;
  }

  /** The node a pod is on with this draft in effect. */
  nodeOf(podKey: string): string | null {
    const pod = this.pod(podKey);
    return pod === undefined ? null : nodeOfPod(pod, this.peek(keys.binding(pod.namespace, pod.name)));
  }

  pod(key: string): PodRecord | undefined {
    return this.peek<PodRecord>(key);
  }

  /** What the store shall do. A key that ends as it began is not written. */
  toTransaction(): { compare: Compare[]; ops: Op[] } {
    const ops: Op[] = [];
    for (const [key, value] of this.#written) {
      const before = this.world.entry(key)?.data;
      if (value === DELETED) {
        if (before !== undefined) ops.push({ op: "delete", key });
      } else if (before === undefined || !isDeepStrictEqual(before, value)) {
        ops.push({ op: "put", key, value: JSON.stringify(value) });
      }
    }
    const compare = [...this.#compared].map(([key, modRevision]) => ({ key, modRevision }));
    return { compare: [...compare, ...this.#required], ops };
  }

  #compare(key: string): void {
    if (!this.#compared.has(key)) this.#compared.set(key, this.world.entry(key)?.modRevision ?? 0);
  }
}
