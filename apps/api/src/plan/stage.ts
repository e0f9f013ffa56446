import { isDeepStrictEqual } from "node:util";
import type { Change } from "@ratchet/contracts";
import { checkFault } from "../admission/admit-fault.js";
import { checkLink, claimExplicitVni, type Surroundings } from "../admission/admit-link.js";
import { checkPod } from "../admission/admit-pod.js";
import { checkEngine } from "../admission/check-engine.js";
import { claimLink, claimPod, releaseLink, releasePod } from "../admission/claims.js";
import { inDocument } from "../admission/parse-object.js";
import { checkSenders } from "../admission/senders.js";
import { documentOf } from "../state/documents.js";
import type { Draft } from "../state/draft.js";
import type { AnyRecord, FaultRecord, LinkRecord, PodRecord, ScenarioRecord } from "../state/records.js";
import { type SettleTools, settle } from "./settle.js";
import { carryChoice } from "./settle-choice.js";
import { releaseSubnets, settleSubnets } from "./settle-subnets.js";

interface Common {
  key: string;
  verb: Change["verb"];
  revertOf?: string;
  /** Which document of several this came from: put before the fields of a refusal. */
  where?: string;
}
export type PodEdit = Common & { kind: "Pod"; before: PodRecord | undefined; after: PodRecord | undefined };
export type LinkEdit = Common & { kind: "Link"; before: LinkRecord | undefined; after: LinkRecord | undefined };
export type FaultEdit = Common & { kind: "Fault"; before: FaultRecord | undefined; after: FaultRecord | undefined };

export type ScenarioEdit = Common & {
  kind: "Scenario";
  before: ScenarioRecord | undefined;
  after: ScenarioRecord | undefined;
};

/** One object to make (`before` undefined), to replace, or to remove (`after` undefined). */
export type Edit = PodEdit | LinkEdit | FaultEdit | ScenarioEdit;

/**
 * Writes edits into a draft as one step: everything that goes lets go first, so that an interface or an address can
 * move from one object to another within them. A VNI cannot: its former tunnels may still be there.
 *
 * @throws ProblemError when an edit cannot be admitted; the draft is then of no use
 */
export function stage(draft: Draft, edits: readonly Edit[], surroundings: Surroundings, tools: SettleTools): void {
  const moving = edits.filter((edit) => !isDeepStrictEqual(edit.before, edit.after));
  for (const edit of moving) release(draft, edit);
  const settling = { pods: new Set<string>(), links: new Set<string>(), goneLinks: new Set<string>() };
  // A fault may strike what comes with it.
  const ordered = [...moving.filter(({ kind }) => kind !== "Fault"), ...moving.filter(({ kind }) => kind === "Fault")];
  for (const edit of ordered) {
    try {
      admit(draft, edit, surroundings, tools);
    } catch (error) {
      throw edit.where === undefined ? error : inDocument(error, edit.where);
    }
    record(draft, edit);
    if (edit.kind === "Fault" || edit.kind === "Scenario") continue;
    if (edit.kind === "Pod") settling.pods.add(edit.key);
    else if (edit.after === undefined) settling.goneLinks.add(edit.before?.uid ?? "");
    else settling.links.add(edit.key);
  }
  settle(draft, settling, tools);
}

function release(draft: Draft, edit: Edit): void {
  if (edit.before === undefined) return;
  if (edit.kind === "Link") {
    releaseLink(draft, draft.wired(edit.before));
    if (edit.after === undefined) releaseSubnets(draft, edit.before.uid);
    carryChoice(draft, edit.before, edit.after);
  }
  if (edit.kind === "Pod") releasePod(draft, edit.before);
}

function admit(draft: Draft, edit: Edit, surroundings: Surroundings, tools: SettleTools): void {
  // What a scenario names has to be there when it runs, not before.
  if (edit.after === undefined || edit.kind === "Scenario") return;
  if (edit.kind === "Pod") {
    checkPod(edit.after);
    claimPod(draft, edit.after);
    return;
  }
  if (edit.kind === "Fault") {
    checkFault(draft, edit);
    return;
  }
  checkLink(edit.after, surroundings);
  checkSenders(edit.after);
  checkEngine(draft, edit.after);
  settleSubnets(draft, edit.after, tools.subnets);
  claimLink(draft, draft.wired(edit.after));
  claimExplicitVni(draft, edit.after);
}

function record(draft: Draft, edit: Edit): void {
  const { key, kind, verb, before, after, revertOf } = edit;
  const stored = draft.stored(key);
  if (after === undefined) draft.delete(key);
  else draft.put(key, after);
  const named = after ?? before;
  if (named === undefined) return;
  draft.note({
    verb,
    kind,
    namespace: named.namespace,
    name: named.name,
    before: before === undefined ? null : shown(kind, before, stored?.modRevision ?? 0),
    // Which revision this will be is known when it is committed.
    after: after === undefined ? null : shown(kind, after, 0),
    ...(revertOf === undefined ? {} : { revertOf }),
  });
}

function shown(kind: Edit["kind"], record: AnyRecord, revision: number): object {
  const document = documentOf(kind, record, revision);
  return "end" in record && record.end !== null ? { ...document, end: record.end } : document;
}
