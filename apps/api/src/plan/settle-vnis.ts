import { keys, VNI_MAX } from "@ratchet/contracts";
import type { Draft } from "../state/draft.js";
import type { LinkRecord, VniRecord } from "../state/records.js";

/** Below it lie the numbers that people type and other networks use (flannel: 1). */
const FIRST_VNI = 4096;

/**
 * Proposes VNIs that are not in use. Numbers rise before they repeat, so that one just given back
 * rests, and two requests at the same time do not propose the same.
 */
export class VniAllocator {
  #last = FIRST_VNI - 1;

  next(isTaken: (vni: number) => boolean): number {
    for (let tries = 0; tries <= VNI_MAX; tries++) {
      this.#last = this.#last >= VNI_MAX ? FIRST_VNI : this.#last + 1;
      if (!isTaken(this.#last)) return this.#last;
    }
    throw new Error("every VNI is in use");
  }

  /** Begins above the numbers already known, after a restart. */
  startAbove(vnis: Iterable<number>): void {
    for (const vni of vnis) if (vni > this.#last) this.#last = vni;
  }
}

/**
 * Brings a link's VNI to what its ends ask for: one while they are on two nodes, a fresh one when
 * either node changed, none otherwise. What it no longer uses drains until its nodes have confirmed.
 */
export function settleVni(draft: Draft, link: LinkRecord, allocator: VniAllocator): void {
  const nodes = tunnelNodes(draft, link);
  const explicit = link.spec.vni;
  let kept: VniRecord | undefined;
  for (const record of draft.vnisOfLink(link.uid)) {
    if (record.state !== "used") continue;
    const isWanted =
      explicit === undefined ? nodes !== null && sameNodes(record.nodes, nodes) : record.vni === explicit;
    if (isWanted) kept = record;
    else drain(draft, record);
  }
  if (explicit !== undefined) {
    if (kept !== undefined && nodes !== null) widen(draft, kept, nodes);
    return;
  }
  if (nodes === null || kept !== undefined) return;
  const vni = allocator.next((number) => draft.peek(keys.vni(number)) !== undefined);
  draft.put(keys.vni(vni), {
    vni,
    linkUid: link.uid,
    namespace: link.namespace,
    link: link.name,
    nodes,
    state: "used",
  } satisfies VniRecord);
}

/** A link is gone: its VNIs drain. */
export function drainVnis(draft: Draft, linkUid: string): void {
  for (const record of draft.vnisOfLink(linkUid)) if (record.state === "used") drain(draft, record);
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
  const nodes = link.spec.endpoints.map((end) =>
    "pod" in end ? draft.nodeOf(keys.pod(link.namespace, end.pod)) : null,
  );
  const [a, b] = nodes;
  if (a == null || b == null || a === b) return null;
  return [a, b].sort();
}

function sameNodes(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((node, index) => node === b[index]);
}
