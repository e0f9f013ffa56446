import { keys } from "@ratchet/contracts";
import { DEFAULT_POOLS } from "../pools/installation-pools.js";
import type { Draft } from "../state/draft.js";
import type { LinkRecord, PoolsRecord, VniRecord } from "../state/records.js";
import { isSelecting } from "../state/wired-link.js";

/**
 * Proposes VNIs that are not in use. Numbers rise before they repeat, so that one just given back
 * rests, and two requests at the same time do not propose the same.
 */
export class VniAllocator {
  readonly #range: () => PoolsRecord["vnis"];
  #last = 0;

  /** `range`: where numbers are taken from, asked each time. */
  constructor(range: () => PoolsRecord["vnis"] = () => DEFAULT_POOLS.vnis) {
    this.#range = range;
  }

  /** Undefined: every number of the range is taken. */
  next(isTaken: (vni: number) => boolean): number | undefined {
    const { from, to } = this.#range();
    for (let tries = from; tries <= to; tries++) {
      this.#last = this.#last < from || this.#last >= to ? from : this.#last + 1;
      if (!isTaken(this.#last)) return this.#last;
    }
    return undefined;
  }

  /** Begins above the numbers already known, after a restart. */
  startAbove(vnis: Iterable<number>): void {
    const { to } = this.#range();
    for (const vni of vnis) if (vni > this.#last && vni <= to) this.#last = vni;
  }
}

/**
 * Brings a link's VNI to what its ends ask for: one while they are on two nodes, a fresh one when
 * either node changed, none otherwise. What it no longer uses drains until its nodes have confirmed.
 *
 * Returns false when the link needs one and all are taken: it then waits.
 */
export function settleVni(draft: Draft, link: LinkRecord, allocator: VniAllocator): boolean {
  if (isVniSettled(draft, link)) return true;
  compareGrounds(draft, link);
  const nodes = tunnelNodes(draft, link);
  const explicit = link.spec.vni;
  let kept: VniRecord | undefined;
  for (const record of usedVnis(draft, link)) {
    if (kept === undefined && isWanted(record, explicit, nodes)) kept = record;
    else drain(draft, record);
  }
  if (explicit !== undefined) {
    if (kept !== undefined && nodes !== null) widen(draft, kept, nodes);
    return true;
  }
  if (nodes === null || kept !== undefined) return true;
  const vni = allocator.next((number) => draft.peek(keys.vni(number)) !== undefined);
  if (vni === undefined) return false;
  // Compared: a range that shrinks meanwhile must not be left.
  draft.read(keys.installationPools());
  draft.put(keys.vni(vni), {
    vni,
    linkUid: link.uid,
    namespace: link.namespace,
    link: link.name,
    nodes,
    state: "used",
  } satisfies VniRecord);
  return true;
}

/** True when a link has the VNI that its ends ask for and no other. */
export function isVniSettled(draft: Draft, link: LinkRecord): boolean {
  const nodes = tunnelNodes(draft, link);
  const explicit = link.spec.vni;
  const [record, ...others] = usedVnis(draft, link);
  if (others.length > 0) return false;
  if (explicit === undefined && nodes === null) return record === undefined;
  if (record === undefined || !isWanted(record, explicit, nodes)) return false;
  return nodes === null || nodes.every((node) => record.nodes.includes(node));
}

/** Drains a VNI whose link went while it was being allocated. */
export function drainOrphan(draft: Draft, vni: number): void {
  const record = draft.read<VniRecord>(keys.vni(vni));
  if (record?.state !== "used") return;
  const link = draft.read<LinkRecord>(keys.link(record.namespace, record.link));
  if (link?.uid !== record.linkUid) drain(draft, record);
}

/** A link is gone: its VNIs drain. */
export function drainVnis(draft: Draft, linkUid: string): void {
  for (const record of draft.vnisOfLink(linkUid)) if (record.state === "used") drain(draft, record);
}

function usedVnis(draft: Draft, link: LinkRecord): VniRecord[] {
  return draft.vnisOfLink(link.uid).filter(({ state }) => state === "used");
}

function isWanted(record: VniRecord, explicit: number | undefined, nodes: string[] | null): boolean {
  if (explicit !== undefined) return record.vni === explicit;
  return nodes !== null && sameNodes(record.nodes, nodes);
}

// A link that is deleted meanwhile needs none, one whose other pod moves meanwhile needs another: then decide anew.
function compareGrounds(draft: Draft, link: LinkRecord): void {
  draft.read(keys.link(link.namespace, link.name));
  if (isSelecting(link)) draft.read(keys.choice(link.namespace, link.name));
  for (const end of draft.wired(link).spec.endpoints) {
    if (!("pod" in end)) continue;
    draft.read(keys.pod(link.namespace, end.pod));
    draft.read(keys.binding(link.namespace, end.pod));
  }
}

function drain(draft: Draft, record: VniRecord): void {
  if (record.nodes.length === 0) draft.delete(keys.vni(record.vni));
  else draft.put(keys.vni(record.vni), { ...record, state: "draining" } satisfies VniRecord);
}

// An explicit number stays with its link when an end moves; the node that was left still has it
// until it says otherwise.
function widen(draft: Draft, record: VniRecord, nodes: string[]): void {
  const all = [...new Set([...record.nodes, ...nodes])].sort();
  if (!sameNodes(all, record.nodes)) draft.put(keys.vni(record.vni), { ...record, nodes: all } satisfies VniRecord);
}

/** The two nodes a tunnel of this link joins, sorted, or null when it needs none. */
function tunnelNodes(draft: Draft, link: LinkRecord): string[] | null {
  if (link.spec.transport === "veth") return null;
  const nodes = draft
    .wired(link)
    .spec.endpoints.map((end) => ("pod" in end ? draft.nodeOf(keys.pod(link.namespace, end.pod)) : null));
  const [a, b] = nodes;
  if (a == null || b == null || a === b) return null;
  return [a, b].sort();
}

function sameNodes(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((node, index) => node === b[index]);
}
