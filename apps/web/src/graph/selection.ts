/** Ids of what is selected: `pod/…`, `link/…`, `node/…`. */
export type Selection = ReadonlySet<string>;

export const EMPTY_SELECTION: Selection = new Set();

export function toggled(selection: Selection, id: string): Selection {
  const next = new Set(selection);
  if (!next.delete(id)) next.add(id);
  return next;
}

export function added(selection: Selection, ids: Iterable<string>): Selection {
  return new Set([...selection, ...ids]);
}

/** What is left of a selection when things vanish. The same set when nothing did, so that nobody re-renders. */
export function kept(selection: Selection, exists: (id: string) => boolean): Selection {
  const left = [...selection].filter(exists);
  return left.length === selection.size ? selection : new Set(left);
}

/** Names of one kind in a selection: `namesOf(selection, "link")`. */
export function namesOf(selection: Selection, kind: "pod" | "link" | "node"): string[] {
  const prefix = `${kind}/`;
  return [...selection].filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length));
}
