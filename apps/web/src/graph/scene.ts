import { bowAround } from "./bow.js";
import type { BoxModel, GraphModel, PodModel, WireModel } from "./model.js";
import type { Point, Rect } from "./point.js";
import { type WirePath, wirePath } from "./wire-path.js";

export interface ScenePod extends Rect {
  model: PodModel;
}
export interface SceneBox extends Rect {
  model: BoxModel;
}
export interface SceneWire {
  model: WireModel;
  path: WirePath;
}

/** The model with places: what the painter paints and the mouse hits. Canvas units. */
export interface Scene {
  boxes: Map<string, SceneBox>;
  pods: Map<string, ScenePod>;
  wires: Map<string, SceneWire>;
}

/** Cards looked at for all wires of one picture: above it wires go straight, underneath the cards in their way. */
const BOW_BUDGET = 40_000;

export const BOX_PADDING = 36;
/** Below this zoom a box's padding is too thin for its title, which then stands on its upper edge. */
export const hasTitleInside = (zoom: number) => BOX_PADDING * zoom >= 24;
export const EMPTY_BOX = { width: 220, height: 116 };

/** Lays the model out at the given places. A pod without a place is left out until it gets one. */
export function buildScene(model: GraphModel, placeOf: (id: string) => Point | undefined): Scene {
  const pods = new Map<string, ScenePod>();
  const members = new Map<string, Rect[]>();
  for (const pod of model.pods.values()) {
    const at = placeOf(pod.id);
    if (at === undefined) continue;
    const placed = { model: pod, x: at.x, y: at.y, width: pod.width, height: pod.height };
    pods.set(pod.id, placed);
    if (pod.box === null) continue;
    const group = members.get(pod.box);
    if (group) group.push(placed);
    else members.set(pod.box, [placed]);
  }
  const boxes = new Map<string, SceneBox>();
  for (const box of model.boxes.values()) {
    const inside = members.get(box.id);
    const at = placeOf(box.id);
    if (inside) boxes.set(box.id, { model: box, ...around(inside, BOX_PADDING) });
    else if (at) boxes.set(box.id, { model: box, x: at.x, y: at.y, ...EMPTY_BOX });
  }
  const wires = new Map<string, SceneWire>();
  const mayBow = pods.size * model.wires.size <= BOW_BUDGET;
  for (const wire of model.wires.values()) {
    const a = pods.get(wire.ends[0].pod);
    const b = pods.get(wire.ends[1].pod);
    if (!a || !b) continue;
    const isTurned = wire.ends[0].pod > wire.ends[1].pod;
    const bow = mayBow ? bowAround(a, b, pods.values()) : 0;
    wires.set(wire.id, { model: wire, path: wirePath(a, b, wire.lane, wire.lanes, isTurned, bow) });
  }
  return { boxes, pods, wires };
}

/** The smallest rectangle around all of them, with padding. */
export function around(rects: Iterable<Rect>, padding: number): Rect {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const rect of rects) {
    left = Math.min(left, rect.x - rect.width / 2);
    right = Math.max(right, rect.x + rect.width / 2);
    top = Math.min(top, rect.y - rect.height / 2);
    bottom = Math.max(bottom, rect.y + rect.height / 2);
  }
  if (left > right) return { x: 0, y: 0, width: 0, height: 0 };
  return {
    x: (left + right) / 2,
    y: (top + bottom) / 2,
    width: right - left + 2 * padding,
    height: bottom - top + 2 * padding,
  };
}
