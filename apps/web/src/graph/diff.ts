import type { GraphModel } from "./model.js";

/** What must be added to or removed from a graph of ids to match a model. Appearance is not part of it. */
export interface GraphDiff {
  addedNodes: { id: string; parent: string | null }[];
  movedNodes: { id: string; parent: string | null }[];
  removedNodes: string[];
  addedEdges: { id: string; source: string; target: string }[];
  removedEdges: string[];
}

/** The shape a graph has now, as its adapter remembers it. */
export interface GraphShape {
  nodes: Map<string, string | null>;
  edges: Map<string, string>;
}

/** Compares ids, parents and ends. An edge whose end moved is removed and added: a graph edge cannot move. */
export function diffGraph(shape: GraphShape, model: GraphModel): GraphDiff {
  const diff: GraphDiff = { addedNodes: [], movedNodes: [], removedNodes: [], addedEdges: [], removedEdges: [] };
  for (const box of model.boxes.values()) {
    if (!shape.nodes.has(box.id)) diff.addedNodes.push({ id: box.id, parent: null });
  }
  for (const pod of model.pods.values()) {
    const parent = shape.nodes.get(pod.id);
    if (parent === undefined) diff.addedNodes.push({ id: pod.id, parent: pod.box });
    else if (parent !== pod.box) diff.movedNodes.push({ id: pod.id, parent: pod.box });
  }
  for (const id of shape.nodes.keys()) {
    if (!model.pods.has(id) && !model.boxes.has(id)) diff.removedNodes.push(id);
  }
  for (const wire of model.wires.values()) {
    const ends = edgeKey(wire.ends[0].pod, wire.ends[1].pod);
    const before = shape.edges.get(wire.id);
    if (before === ends) continue;
    if (before !== undefined) diff.removedEdges.push(wire.id);
    diff.addedEdges.push({ id: wire.id, source: wire.ends[0].pod, target: wire.ends[1].pod });
  }
  for (const id of shape.edges.keys()) if (!model.wires.has(id)) diff.removedEdges.push(id);
  return diff;
}

export const edgeKey = (source: string, target: string) => `${source} ${target}`;
