import { isDeepStrictEqual } from "node:util";
import { keys, type LinkSpec, type PodSpec, type ScenarioSpec } from "@ratchet/contracts";
import type { ChangeRecord } from "../history/change-record.js";
import { ProblemError } from "../http/problem-error.js";
import type { Edit } from "../plan/stage.js";
import { changePools, INHERITED } from "../pools/change-pools.js";
import type { Document } from "../state/documents.js";
import type { Draft } from "../state/draft.js";
import { keyOf } from "../state/intents.js";
import type {
  AnyRecord,
  FaultRecord,
  LinkRecord,
  NamespacePoolsRecord,
  PodRecord,
  RunRecord,
  ScenarioRecord,
} from "../state/records.js";
import { changeRun, runOf } from "../state/runs.js";

type Shown = Document & { run?: Omit<RunRecord, "podUid"> };

/**
 * What takes a change back: the object as it was before, with its labels and annotations. Runs and pools are
 * written into the draft at once, everything else is returned as an edit.
 *
 * @throws ProblemError Conflict when the object is not as the change left it, Unsupported
 */
export function planRevert(draft: Draft, change: ChangeRecord, newUid: () => string): Edit[] {
  const { kind, namespace, name } = change;
  if (kind === "Fault" && namespace !== null) return revertFault(draft, change, keyOf(kind, namespace, name));
  if (kind === "Pools" && namespace !== null) {
    revertPools(draft, change, namespace);
    return [];
  }
  if (kind === "Run")
    throw new ProblemError("Unsupported", "what was run cannot be taken back: a run puts back itself");
  if ((kind !== "Pod" && kind !== "Link" && kind !== "Scenario") || namespace === null) {
    throw new ProblemError("Unsupported", `a change of a ${kind} cannot be taken back: it comes from its agent`);
  }
  const before = change.before as Shown | null;
  const after = change.after as Shown | null;
  const key = keyOf(kind, namespace, name);
  const held = draft.stored<AnyRecord>(key);
  if (after?.run !== undefined && before?.run !== undefined) {
    revertRun(draft, change, held?.data as PodRecord | undefined, { before: before.run, after: after.run, key });
    return [];
  }
  const common = { kind, key, verb: "revert", revertOf: change.id } as const;
  if (after === null) {
    if (held !== undefined) throw changedSince(change, "there is one of that name again");
    return before === null ? [] : [{ ...common, before: undefined, after: recordOf(before, newUid()) } as Edit];
  }
  if (held === undefined) throw changedSince(change, "it was deleted");
  if (held.modRevision !== change.revision && !isAsLeft(held.data, after)) {
    throw changedSince(change, `it is at revision ${held.modRevision}`);
  }
  if (before === null) return [{ ...common, before: held.data, after: undefined } as Edit];
  return [{ ...common, before: held.data, after: recordOf(before, held.data.uid) } as Edit];
}

/** Where the object of a change is now; undefined when there is none. */
export function revisionOf(draft: Draft, { kind, namespace, name }: ChangeRecord): number | undefined {
  if ((kind !== "Pod" && kind !== "Link" && kind !== "Fault" && kind !== "Scenario") || namespace === null)
    return undefined;
  return draft.stored(keyOf(kind, namespace, name))?.modRevision;
}

/** What a fault began can be taken back; what has ended, time has passed over. */
function revertFault(draft: Draft, change: ChangeRecord, key: string): Edit[] {
  const held = draft.stored<FaultRecord>(key);
  if (change.after === null || change.verb === "end") {
    const message = `fault ${change.name} has ended and is not begun again by taking that back: create another`;
    throw new ProblemError("Unsupported", message);
  }
  if (held === undefined) throw changedSince(change, "it was deleted");
  if (held.modRevision !== change.revision && !isAsLeft(held.data, change.after as Shown)) {
    throw changedSince(change, `it is at revision ${held.modRevision}`);
  }
  const common = { kind: "Fault", key, verb: "revert", revertOf: change.id, before: held.data } as const;
  if (change.before === null) return [{ ...common, after: undefined }];
  const { metadata, spec } = change.before as Shown;
  const { labels, annotations } = metadata;
  return [{ ...common, after: { ...held.data, labels, annotations, spec: spec as FaultRecord["spec"] } }];
}

function revertPools(draft: Draft, change: ChangeRecord, namespace: string): void {
  const held = draft.read<NamespacePoolsRecord>(keys.namespacePools(namespace)) ?? INHERITED;
  if (!isDeepStrictEqual(held, change.after)) throw changedSince(change, "other prefixes were given since");
  changePools(draft, namespace, change.before as NamespacePoolsRecord, { verb: "revert", revertOf: change.id });
}

function revertRun(
  draft: Draft,
  change: ChangeRecord,
  pod: PodRecord | undefined,
  { before, after, key }: { before: Omit<RunRecord, "podUid">; after: Omit<RunRecord, "podUid">; key: string },
): void {
  const uid = (change.after as Shown).metadata.uid;
  if (pod === undefined || pod.uid !== uid) throw changedSince(change, "it was deleted");
  const run = runOf(draft, pod);
  if (run.isRunning !== after.isRunning || run.incarnation !== after.incarnation) {
    throw changedSince(change, "it was killed or restarted again");
  }
  if (before.isRunning === after.isRunning) {
    throw new ProblemError(
      "Unsupported",
      `a restart of a pod that ran cannot be taken back: what ran in ${pod.name} is gone`,
    );
  }
  const next = { ...run, isRunning: before.isRunning, incarnation: run.incarnation + (before.isRunning ? 1 : 0) };
  changeRun(draft, pod, draft.stored(key)?.modRevision ?? 0, run, next, "revert", change.id);
}

/**
 * Whether the object is again what the change made of it, although it was another in between:
 * changes that were taken back since must not bar the way to the ones before them.
 */
function isAsLeft(held: AnyRecord, { metadata, spec }: Document): boolean {
  const { labels, annotations } = metadata;
  return isDeepStrictEqual(
    { labels: held.labels, annotations: held.annotations, spec: held.spec },
    { labels, annotations, spec },
  );
}

function recordOf({ metadata, spec }: Document, uid: string): PodRecord | LinkRecord | ScenarioRecord {
  const { namespace, name, labels, annotations, createdAt } = metadata;
  return { uid, namespace, name, labels, annotations, createdAt, spec: spec as PodSpec & LinkSpec & ScenarioSpec };
}

function changedSince({ kind, namespace, name, id }: ChangeRecord, how: string): ProblemError {
  return new ProblemError("Conflict", `${kind} ${namespace}/${name} has changed since change ${id}: ${how}`);
}
