import type { Change } from "@ratchet/contracts";

/** A change as its transaction writes it: the revision is not known before the commit. */
export interface NewChange extends Change {
  /** Of the object changed. */
  uid?: string;
  /** The same for all changes of one request, such as an apply. */
  batch?: string;
}

/** A change as the history keeps it. */
export interface ChangeRecord extends NewChange {
  /** The store's revision that carried the change. */
  revision: number;
}

export interface ChangeFilter {
  namespace?: string;
  kind?: string;
  name?: string;
}

export interface ChangeQuery extends ChangeFilter {
  /** At most so many, newest first. */
  limit: number;
  /** Only changes older than the one with this id: for pages, the last id of the page before. */
  before?: string;
}

export function matches(change: Change, { namespace, kind, name }: ChangeFilter): boolean {
  return (
    (namespace === undefined || change.namespace === namespace) &&
    (kind === undefined || change.kind === kind) &&
    (name === undefined || change.name === name)
  );
}

/** Newest first. Ids sort by time. */
export function byNewest(a: Change, b: Change): number {
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
