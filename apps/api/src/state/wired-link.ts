import { chosenEnds, impairmentsMoved, keys } from "@ratchet/contracts";
import type { ChoiceRecord, LinkRecord } from "./records.js";

/**
 * The link with the pods its selectors have chosen in their place: what is wired, claimed and placed. An end whose
 * selector has chosen none stays as it is. Pure.
 */
export function wiredLink(link: LinkRecord, choice: ChoiceRecord | undefined): LinkRecord {
  if (choice === undefined || choice.linkUid !== link.uid) return link;
  const before = link.spec.endpoints;
  const endpoints = chosenEnds(
    before,
    choice.ends.map((end) => end?.pod),
  );
  const { impairments } = link.spec;
  if (impairments === undefined) return { ...link, spec: { ...link.spec, endpoints } };
  return { ...link, spec: { ...link.spec, endpoints, impairments: impairmentsMoved(impairments, before, endpoints) } };
}

export function isSelecting({ spec }: LinkRecord): boolean {
  return spec.endpoints.some((end) => "podSelector" in end);
}

/** The store keys of the pods a link names, whether they exist or not. */
export function podKeysOfLink(link: LinkRecord): string[] {
  const found = link.spec.endpoints.flatMap((end) => ("pod" in end ? [keys.pod(link.namespace, end.pod)] : []));
  return found[0] === found[1] ? found.slice(0, 1) : found;
}

export function choiceKeyOf(linkKey: string): string {
  return keys.choices() + linkKey.slice(keys.links().length);
}

export function linkOfChoice(choiceKey: string): string {
  return keys.links() + choiceKey.slice(keys.choices().length);
}
