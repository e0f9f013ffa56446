import { type PlanStep, SET_LABEL } from "@ratchet/contracts";
import { ProblemError } from "../http/problem-error.js";
import { diffFields } from "../plan/diff-fields.js";
import type { Edit } from "../plan/stage.js";
import type { Draft } from "../state/draft.js";
import { editOf, isNoChange, keyOf } from "../state/intents.js";
import type { AnyRecord } from "../state/records.js";
import type { World } from "../state/world.js";
import type { NamedInput } from "./read-objects.js";

export interface ApplyPlan {
  edits: Edit[];
  steps: PlanStep[];
}

/** What an apply would do to each object, in the order of the request; what it prunes comes last. */
export function planApply(
  draft: Draft,
  inputs: readonly NamedInput[],
  world: World,
  prune: string | undefined,
  actor: string,
): ApplyPlan {
  const edits: Edit[] = [];
  const seen = new Map<string, string>();
  for (const { where, namespace, object } of inputs) {
    const { name } = object.input.metadata;
    const key = keyOf(object.kind, namespace, name);
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      const message = `${object.kind} ${namespace}/${name} is already in this request, at ${earlier}`;
      throw new ProblemError("Invalid", message, { errors: [{ field: `${where}.metadata.name`, message }] });
    }
    seen.set(key, where);
    const before = draft.stored<AnyRecord>(key)?.data;
    const verb = before === undefined ? "create" : "update";
    edits.push({ ...editOf(draft, object, key, namespace, before, verb, actor), where });
  }
  if (prune !== undefined) edits.push(...pruned(draft, world, prune, seen));
  return { edits, steps: edits.map(stepOf) };
}

/**
 * What is left of a pruned set although it is no younger than `revision`, that of the apply: it was written while the
 * apply was decided, and not seen.
 */
export function planLeftovers(
  draft: Draft,
  world: World,
  prune: string,
  kept: ReadonlySet<string>,
  revision: number,
): ApplyPlan {
  const edits = pruned(draft, world, prune, kept).filter(
    ({ key }) => (draft.stored(key)?.modRevision ?? Number.POSITIVE_INFINITY) <= revision,
  );
  return { edits, steps: edits.map(stepOf) };
}

const PLURAL_OF = { Fault: "faults", Link: "links", Pod: "pods", Scenario: "scenarios" } as const;

function pruned(draft: Draft, world: World, set: string, kept: { has(key: string): boolean }): Edit[] {
  const edits: Edit[] = [];
  for (const kind of ["Fault", "Link", "Pod", "Scenario"] as const) {
    for (const key of world.allKeys(PLURAL_OF[kind])) {
      const record = world.entry<AnyRecord>(key)?.data;
      if (kept.has(key) || record?.labels[SET_LABEL] !== set) continue;
      const before = draft.stored<AnyRecord>(key)?.data;
      edits.push({ kind, key, verb: "delete", before, after: undefined } as Edit);
    }
  }
  return edits;
}

function stepOf(edit: Edit): PlanStep {
  const named = edit.after ?? edit.before;
  const { before, after, kind } = edit;
  const step = { kind, namespace: named?.namespace ?? "", name: named?.name ?? "", diff: [] };
  if (before === undefined) return { action: "create", ...step };
  if (after === undefined) return { action: "delete", ...step };
  if (isNoChange(edit)) return { action: "unchanged", ...step };
  return { action: "update", ...step, diff: diffFields(shown(before), shown(after)) };
}

function shown({ labels, annotations, spec }: AnyRecord): object {
  return { metadata: { labels, annotations }, spec };
}
