import { keys } from "@ratchet/contracts";
import { claimExplicitVni } from "../admission/admit-link.js";
import { claimLink, claimPod } from "../admission/claims.js";
import type { Core } from "../core.js";
import { settle } from "../plan/settle.js";
import { settleSubnets } from "../plan/settle-subnets.js";
import { drainOrphan } from "../plan/settle-vnis.js";
import type { Draft } from "../state/draft.js";
import type { LinkRecord, PodRecord } from "../state/records.js";
import type { Diagnosis } from "./diagnosis.js";

/**
 * Brings claims and allocations to what the intents ask for; the intents stay as they are. Each step compares what it
 * was decided on, so that it undoes nobody's work.
 */
export async function mendStore(core: Core, found: readonly Diagnosis[]): Promise<void> {
  const { store, mirror, transactor, toolbox } = core;
  const mends = found.flatMap(({ mend }) => mend ?? []);
  for (const mend of mends) {
    if (mend.do !== "deleteRaw") continue;
    const { key, modRevision } = mend;
    const { revision } = await store.txn({ compare: [{ key, modRevision }], ops: [{ op: "delete", key }] });
    await mirror.reached(revision, 5000);
  }
  const orphans = mends.flatMap((mend) => (mend.do === "delete" ? [mend.key] : []));
  if (orphans.length > 0) await transactor.commit("", (draft) => dropOrphans(draft, orphans));
  const claims = mends.flatMap((mend) => (mend.do === "claim" ? [mend] : []));
  // What could not be read may have been claims of anybody.
  if (mends.some((mend) => mend.do === "deleteRaw")) {
    for (const kind of ["links", "pods"] as const) {
      for (const key of mirror.world.allKeys(kind)) claims.push({ do: "claim", owners: [key] });
    }
  }
  for (const { owners, drop } of claims) {
    try {
      await transactor.commit("", (draft) => {
        if (drop !== undefined && draft.read(drop) !== undefined) draft.delete(drop);
        for (const key of owners) claimAnew(draft, key, core);
        settle(draft, { pods: new Set(), links: new Set(owners), goneLinks: new Set() }, toolbox.tools());
      });
    } catch (err) {
      core.log.warn({ owners, err }, "the doctor cannot claim anew what these ask for");
    }
  }
}

function dropOrphans(draft: Draft, orphans: readonly string[]): void {
  for (const key of orphans) {
    if (key.startsWith(keys.vnis())) drainOrphan(draft, Number(key.slice(keys.vnis().length)));
    else if (draft.read(key) !== undefined) draft.delete(key);
  }
}

function claimAnew(draft: Draft, key: string, { toolbox }: Core): void {
  if (key.startsWith(keys.pods())) {
    const pod = draft.read<PodRecord>(key);
    if (pod !== undefined) claimPod(draft, pod);
    return;
  }
  const link = draft.read<LinkRecord>(key);
  if (link === undefined) return;
  settleSubnets(draft, link, toolbox.subnets);
  claimLink(draft, draft.wired(link));
  claimExplicitVni(draft, link);
}
