import type { Link } from "@ratchet/contracts";
import { create } from "zustand";
import type { FieldChange } from "../graph/impairment-edit.js";

/** What this page asked of one link's impairments. */
export interface ImpairDraft {
  /** Not accepted yet. */
  changes: readonly FieldChange[];
  /** Why the last was refused, in the API's words; empty when all was accepted. */
  refusal: string;
  /** As the last answer had the link, which the stream may not have shown yet. */
  answered?: Link | undefined;
}

/** By the link's name. */
export const useImpair = create<{ drafts: ReadonlyMap<string, ImpairDraft> }>(() => ({ drafts: new Map() }));

const NONE: ImpairDraft = { changes: [], refusal: "" };

export const draftOf = (name: string): ImpairDraft => useImpair.getState().drafts.get(name) ?? NONE;

export function setDraft(name: string, fields: Partial<ImpairDraft>): void {
  useImpair.setState(({ drafts }) => ({
    drafts: new Map(drafts).set(name, { ...(drafts.get(name) ?? NONE), ...fields }),
  }));
}

/** The changes with one more; a later one of the same field is the one that counts. */
export function withChange(changes: readonly FieldChange[], change: FieldChange): FieldChange[] {
  return [...changes.filter(({ way, field }) => way !== change.way || field !== change.field), change];
}

/** Whichever of the two says more about what is asked for now. */
export function newerLink(answered: Link | undefined, streamed: Link | undefined): Link | undefined {
  if (answered === undefined || streamed === undefined) return streamed;
  if (answered.metadata.uid !== streamed.metadata.uid) return streamed;
  return answered.metadata.revision > streamed.metadata.revision ? answered : streamed;
}
