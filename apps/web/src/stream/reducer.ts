import type { Fault, Link, Node, Pod, StreamFrame, StreamItem } from "@ratchet/contracts";

type Snapshot = Extract<StreamFrame, { type: "snapshot" }>;
type Delta = Extract<StreamFrame, { type: "delta" }>;

/** One namespace as the stream told it. */
export interface StreamState {
  storeId: string | null;
  revision: number;
  /** Of the server now connected to; starts over with every connection. */
  sequence: number;
  nodes: ReadonlyMap<string, Node>;
  pods: ReadonlyMap<string, Pod>;
  links: ReadonlyMap<string, Link>;
  faults: ReadonlyMap<string, Fault>;
}

export const EMPTY_STREAM: StreamState = {
  storeId: null,
  revision: 0,
  sequence: 0,
  nodes: new Map(),
  pods: new Map(),
  links: new Map(),
  faults: new Map(),
};

/** The stream cannot be followed any further: ask for a snapshot. */
export class StreamBroken extends Error {}

/** A snapshot replaces everything. Objects of other namespaces are left out. */
export function applySnapshot(frame: Snapshot, namespace: string): StreamState {
  const maps: Maps = { nodes: new Map(), pods: new Map(), links: new Map(), faults: new Map() };
  for (const item of frame.items) put(maps, item, namespace);
  return { storeId: frame.storeId, revision: frame.revision, sequence: frame.sequence, ...maps };
}

/**
 * Applies deltas in order. Throws StreamBroken when one comes before a snapshot
 * or goes backwards: the picture would be of no moment at all.
 */
export function applyDeltas(state: StreamState, deltas: readonly Delta[], namespace: string): StreamState {
  if (deltas.length === 0) return state;
  if (state.storeId === null) throw new StreamBroken("a delta came before any snapshot");
  let { revision, sequence } = state;
  const touched = new Set(deltas.flatMap((delta) => [...delta.upserts, ...delta.deletes].map((item) => item.kind)));
  const maps = {
    nodes: touched.has("Node") ? new Map(state.nodes) : (state.nodes as Map<string, Node>),
    pods: touched.has("Pod") ? new Map(state.pods) : (state.pods as Map<string, Pod>),
    links: touched.has("Link") ? new Map(state.links) : (state.links as Map<string, Link>),
    faults: touched.has("Fault") ? new Map(state.faults) : (state.faults as Map<string, Fault>),
  };
  for (const delta of deltas) {
    if (delta.sequence < sequence || delta.revision < revision) {
      throw new StreamBroken(`delta ${delta.revision}/${delta.sequence} after ${revision}/${sequence}`);
    }
    revision = delta.revision;
    sequence = delta.sequence;
    for (const gone of delta.deletes) {
      if (gone.kind !== "Node" && gone.namespace !== namespace) continue;
      const map: Map<string, StreamItem> = mapOf(maps, gone.kind);
      // The name may already belong to a successor.
      if (map.get(gone.name)?.metadata.uid === gone.uid) map.delete(gone.name);
    }
    for (const item of delta.upserts) put(maps, item, namespace);
  }
  return { storeId: state.storeId, revision, sequence, ...maps };
}

interface Maps {
  nodes: Map<string, Node>;
  pods: Map<string, Pod>;
  links: Map<string, Link>;
  faults: Map<string, Fault>;
}

function put(maps: Maps, item: StreamItem, namespace: string): void {
  if (item.kind === "Node") maps.nodes.set(item.metadata.name, item);
  else if (item.metadata.namespace !== namespace) return;
  else if (item.kind === "Pod") maps.pods.set(item.metadata.name, item);
  else if (item.kind === "Fault") maps.faults.set(item.metadata.name, item);
  else maps.links.set(item.metadata.name, item);
}

function mapOf(maps: Maps, kind: StreamItem["kind"]): Map<string, StreamItem> {
  const byKind = { Node: maps.nodes, Pod: maps.pods, Link: maps.links, Fault: maps.faults };
  return byKind[kind] as Map<string, StreamItem>;
}
