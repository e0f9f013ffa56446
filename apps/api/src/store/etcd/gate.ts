import type { KeyValue } from "./messages.js";

/**
 * What decides how etcd's revisions are shown. A large transaction happens at the revision `at` of the put that opens
 * the gate; etcd writes its keys at later revisions, up to `until`, which all stand for `at`.
 */
export interface Gate {
  /** etcd's revision of the gate; 0 when no large transaction ever was. */
  readonly revision: number;
  readonly spans: readonly Span[];
  /** The transaction that is committed and not yet folded in. It was committed at `revision`. */
  readonly open?: { readonly id: string; readonly direct: Readonly<Record<string, number>> };
}

export interface Span {
  readonly at: number;
  readonly until: number;
}

export const noGate: Gate = { revision: 0, spans: [] };

interface Stored {
  spans: [number, number][];
  open?: { id: string; direct: Record<string, number> };
}

export function readGate(kv: KeyValue | undefined): Gate {
  if (kv === undefined) return noGate;
  const { spans, open } = JSON.parse(kv.value.toString()) as Stored;
  return {
    revision: Number(kv.modRevision),
    spans: spans.map(([at, until]) => ({ at, until })),
    ...(open !== undefined && { open }),
  };
}

export function writeGate({ spans, open }: Omit<Gate, "revision">): Buffer {
  const stored = { spans: spans.map(({ at, until }) => [at, until]), ...(open !== undefined && { open }) };
  return Buffer.from(JSON.stringify(stored));
}

/** The revision that an entry written at etcd's revision is shown with. */
export function shownRevision(gate: Gate, revision: number): number {
  // While the gate is open nothing but the transaction itself puts keys.
  if (gate.open !== undefined && revision > gate.revision) return gate.revision;
  const span = gate.spans.find(({ at, until }) => revision > at && revision <= until);
  return span === undefined ? revision : span.at;
}

/** etcd's revisions that are shown as `revision`; undefined when none is. */
export function etcdRevisions(gate: Gate, revision: number): { from: number; to: number } | undefined {
  for (const { at, until } of gate.spans) {
    if (revision === at) return { from: at, to: until };
    if (revision > at && revision <= until) return undefined;
  }
  return { from: revision, to: revision };
}
