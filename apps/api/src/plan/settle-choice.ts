import { isDeepStrictEqual } from "node:util";
import { keys, LinkSpec } from "@ratchet/contracts";
import { claimLink, clashOf, releaseLink } from "../admission/claims.js";
import type { Draft } from "../state/draft.js";
import type { ChoiceRecord, ChosenEnd, LinkRecord, PodRecord } from "../state/records.js";
import { isSelecting, wiredLink } from "../state/wired-link.js";
import { type Candidate, choosePod, type Readiness } from "./choose-pod.js";

export type ReadinessOf = (podKey: string) => Readiness;

const NOBODY: ChosenEnd = { pod: null, refusal: null };

/** Brings a link's selectors to the pods they choose now, with the claims that go along. */
export function settleChoice(draft: Draft, link: LinkRecord, readinessOf: ReadinessOf): void {
  const next = decide(draft, link, readinessOf);
  if (next === undefined || isDeepStrictEqual(next, choiceOf(draft, link))) return;
  compareGrounds(draft, link, next);
  releaseLink(draft, draft.wired(link));
  draft.put(keyOf(link), next);
  claimLink(draft, draft.wired(link));
}

/** True when a link's selectors have the pods they choose now. */
export function isChoiceSettled(draft: Draft, link: LinkRecord, readinessOf: ReadinessOf): boolean {
  const next = decide(draft, link, readinessOf);
  return next === undefined || isDeepStrictEqual(next, choiceOf(draft, link));
}

/** What a link that is changed keeps of its choice: the pods of selectors that say what they said. */
export function carryChoice(draft: Draft, before: LinkRecord | undefined, after: LinkRecord | undefined): void {
  const choice = before && choiceOf(draft, before);
  if (before === undefined || choice === undefined) return;
  if (after === undefined || !isSelecting(after)) {
    draft.delete(keyOf(before));
    return;
  }
  const ends = after.spec.endpoints.map((end, index) => {
    if (!("podSelector" in end)) return null;
    const former = before.spec.endpoints[index];
    const isSame =
      former !== undefined && "podSelector" in former && isDeepStrictEqual(former.podSelector, end.podSelector);
    return isSame ? (choice.ends[index] ?? NOBODY) : NOBODY;
  });
  draft.put(keyOf(after), { linkUid: after.uid, ends } satisfies ChoiceRecord);
}

/** Undefined when the link has no selector. Reads only. */
function decide(draft: Draft, link: LinkRecord, readinessOf: ReadinessOf): ChoiceRecord | undefined {
  if (!isSelecting(link)) return undefined;
  const former = choiceOf(draft, link);
  const ends: (ChosenEnd | null)[] = link.spec.endpoints.map(() => null);
  const record: ChoiceRecord = { linkUid: link.uid, ends };
  for (const [index, end] of link.spec.endpoints.entries()) {
    if (!("podSelector" in end)) continue;
    const current = former?.ends[index]?.pod ?? null;
    const other = link.spec.endpoints[1 - index];
    // A pod is never wired to itself because it matches its own selector.
    const taken = other !== undefined && "pod" in other ? other.pod : ends[1 - index]?.pod;
    const candidates = candidatesOf(draft, link.namespace, end.podSelector, readinessOf).filter(
      ({ name }) => name !== taken,
    );
    const pod = choosePod(candidates, current);
    ends[index] = { pod, refusal: null };
    const refusal = pod === null || pod === current ? undefined : refusalOf(draft, wiredLink(link, record));
    if (refusal === undefined) continue;
    // The wire stays where it is, if that pod is still there.
    const stays = candidates.some(({ name }) => name === current) ? current : null;
    ends[index] = { pod: stays, refusal };
  }
  return record;
}

function candidatesOf(
  draft: Draft,
  namespace: string,
  selector: Readonly<Record<string, string>>,
  readinessOf: ReadinessOf,
): Candidate[] {
  const found: Candidate[] = [];
  for (const { name, labels, createdAt } of draft.podsIn(namespace)) {
    if (matchesSelector(labels, selector))
      found.push({ name, createdAt, readiness: readinessOf(keys.pod(namespace, name)) });
  }
  return found;
}

/** True when an end of the link may choose the pod. */
export function isSelectedBy({ spec }: LinkRecord, { labels }: PodRecord): boolean {
  return spec.endpoints.some((end) => "podSelector" in end && matchesSelector(labels, end.podSelector));
}

export function matchesSelector(
  labels: Readonly<Record<string, string>>,
  selector: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** What stands in the way of a link in the pods it has chosen. */
function refusalOf(draft: Draft, wired: LinkRecord): string | undefined {
  const parsed = LinkSpec.safeParse(wired.spec);
  if (!parsed.success) return parsed.error.issues[0]?.message;
  return clashOf(draft, wired)?.message;
}

// A link that is deleted meanwhile chooses nobody, a pod that goes meanwhile is not chosen: then decide anew.
function compareGrounds(draft: Draft, link: LinkRecord, { ends }: ChoiceRecord): void {
  draft.read(keys.link(link.namespace, link.name));
  for (const end of ends) if (end?.pod != null) draft.read(keys.pod(link.namespace, end.pod));
}

function choiceOf(draft: Draft, link: LinkRecord): ChoiceRecord | undefined {
  const choice = draft.peek<ChoiceRecord>(keyOf(link));
  return choice?.linkUid === link.uid ? choice : undefined;
}

function keyOf({ namespace, name }: LinkRecord): string {
  return keys.choice(namespace, name);
}
