import { type Change, keys } from "@ratchet/contracts";
import { ProblemError } from "../http/problem-error.js";
import type { Draft } from "../state/draft.js";
import type { NamespacePoolsRecord } from "../state/records.js";
import { installationPools } from "./installation-pools.js";
import { linksOutsidePrefixes, nameThem } from "./links-outside.js";

export const INHERITED: NamespacePoolsRecord = { ipv4: null, ipv6: null };

/**
 * Gives a namespace pools of its own, or the installation's back.
 *
 * @throws ProblemError PoolInUse when a link has an address outside of them
 */
export function changePools(
  draft: Draft,
  namespace: string,
  after: NamespacePoolsRecord,
  note: { verb: Change["verb"]; revertOf?: string },
): void {
  const key = keys.namespacePools(namespace);
  const before = draft.read<NamespacePoolsRecord>(key) ?? INHERITED;
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  draft.read(keys.installationPools());
  const all = installationPools(draft.world);
  const outside = linksOutsidePrefixes(draft.world, namespace, {
    ipv4: after.ipv4 ?? all.ipv4,
    ipv6: after.ipv6 ?? all.ipv6,
  });
  if (outside.length > 0) {
    const message = `the pools would leave out what is in use by ${nameThem(outside)}: keep those prefixes, or delete those links first`;
    throw new ProblemError("PoolInUse", message, { errors: [{ field: "", message, code: "PoolInUse" }] });
  }
  if (after.ipv4 === null && after.ipv6 === null) draft.delete(key);
  else draft.put(key, after);
  draft.note({ ...note, kind: "Pools", namespace, name: namespace, before, after });
}
