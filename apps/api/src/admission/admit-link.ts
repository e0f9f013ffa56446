import { randomUUID } from "node:crypto";
import { keys, type LinkInput } from "@ratchet/contracts";
import { ProblemError, refuse } from "../http/problem-error.js";
import type { Draft } from "../state/draft.js";
import type { LinkRecord, VniRecord } from "../state/records.js";
import { unsupportedInLink } from "./unsupported.js";

/** What admission must know of the nodes. */
export interface Surroundings {
  /** The largest MTU that every known node's tunnels carry, bytes; null while no node is known. */
  carriedMtuBytes: number | null;
  nowIso: string;
}

/** The record of an accepted link: a new one, or the old one with other metadata and spec. */
export function linkRecord(
  input: LinkInput,
  namespace: string,
  before: LinkRecord | undefined,
  now: string,
): LinkRecord {
  return {
    uid: before?.uid ?? randomUUID(),
    namespace,
    name: input.metadata.name,
    labels: input.metadata.labels,
    annotations: input.metadata.annotations,
    createdAt: before?.createdAt ?? now,
    spec: input.spec,
  };
}

/**
 * Refuses what the other objects have no part in.
 *
 * @throws ProblemError Unsupported, Invalid
 */
export function checkLink(link: LinkRecord, { carriedMtuBytes }: Surroundings): void {
  const unsupported = unsupportedInLink(link.spec);
  if (unsupported.length > 0) throw refuse("Unsupported", unsupported);
  const { mtu, transport } = link.spec;
  if (mtu !== undefined && transport !== "veth" && carriedMtuBytes !== null && mtu > carriedMtuBytes) {
    const message = `is ${mtu}, but a tunnel on this underlay carries at most ${carriedMtuBytes} bytes: lower it, or set spec.transport to veth`;
    throw refuse("Invalid", [{ field: "spec.mtu", message }]);
  }
}

/**
 * Reserves a VNI that was asked for by number.
 *
 * @throws ProblemError VniTaken
 */
export function claimExplicitVni(draft: Draft, link: LinkRecord): void {
  const { vni } = link.spec;
  if (vni === undefined) return;
  const held = draft.read<VniRecord>(keys.vni(vni));
  if (held !== undefined && !isOwn(held, link)) {
    const message =
      held.state === "used"
        ? `${vni} is in use by link ${held.link} of namespace ${held.namespace}: choose another number, or leave it out to have one allocated`
        : `${vni} is still being removed from ${held.nodes.join(", ")}: choose another number, or try again when those nodes have confirmed it`;
    throw new ProblemError("VniTaken", message, { errors: [{ field: "spec.vni", message, code: "VniTaken" }] });
  }
  draft.put(keys.vni(vni), {
    vni,
    linkUid: link.uid,
    namespace: link.namespace,
    link: link.name,
    nodes: held?.nodes ?? [],
    state: "used",
  } satisfies VniRecord);
}

// A link of the same name that takes back its old number (an undone delete) finds its own
// tunnel at worst, never a stranger's.
function isOwn(held: VniRecord, link: LinkRecord): boolean {
  return (
    held.linkUid === link.uid ||
    (held.state === "draining" && held.namespace === link.namespace && held.link === link.name)
  );
}
