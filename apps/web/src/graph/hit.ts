import { distance, isInside, type Point } from "./point.js";
import type { Scene } from "./scene.js";
import { distanceToPath } from "./wire-path.js";

/** What lies under the mouse, the most particular thing first. */
export type Hit =
  | { kind: "end"; wire: string; end: 0 | 1 }
  | { kind: "rim"; pod: string }
  | { kind: "pod"; pod: string }
  | { kind: "wire"; wire: string }
  | { kind: "box"; box: string }
  | { kind: "ground" };

/** How near counts, in canvas units: the caller divides screen sizes by the zoom. */
export interface Reach {
  end: number;
  rimOutside: number;
  rimInside: number;
  wire: number;
}

/** Screen pixels at zoom 1. */
export const REACH: Reach = { end: 10, rimOutside: 11, rimInside: 7, wire: 7 };

/** `selectedWires`: only their ends can be taken, so that a rim full of ports still begins new wires. */
export function hitTest(scene: Scene, point: Point, reach: Reach, selectedWires: ReadonlySet<string>): Hit {
  for (const id of selectedWires) {
    const wire = scene.wires.get(id);
    if (!wire) continue;
    if (distance(wire.path.from, point) <= reach.end) return { kind: "end", wire: id, end: 0 };
    if (distance(wire.path.to, point) <= reach.end) return { kind: "end", wire: id, end: 1 };
  }
  let rim: string | undefined;
  for (const pod of scene.pods.values()) {
    if (!isInside(pod, point, reach.rimOutside)) continue;
    // A small card keeps a body to be dragged by.
    if (isInside(pod, point, -Math.min(reach.rimInside, pod.height / 4))) return { kind: "pod", pod: pod.model.id };
    rim = pod.model.id;
  }
  if (rim !== undefined) return { kind: "rim", pod: rim };

  const wire = nearestWire(scene, point, reach.wire);
  if (wire !== undefined) return { kind: "wire", wire };
  for (const box of scene.boxes.values()) {
    if (isInside(box, point)) return { kind: "box", box: box.model.id };
  }
  return { kind: "ground" };
}

/** The pod a dragged end would drop on: its card with a generous margin. */
export function podUnder(scene: Scene, point: Point, margin: number): string | undefined {
  let best: { id: string; away: number } | undefined;
  for (const pod of scene.pods.values()) {
    if (!isInside(pod, point, margin)) continue;
    const away = distance(pod, point);
    if (best === undefined || away < best.away) best = { id: pod.model.id, away };
  }
  return best?.id;
}

/** Everything inside a rectangle given by two opposite corners: pods and wires wholly or by their middle. */
export function insideBox(scene: Scene, a: Point, b: Point): string[] {
  const rect = {
    x: (a.x + b.x) / 2,
    y: (a.y + b.y) / 2,
    width: Math.abs(a.x - b.x),
    height: Math.abs(a.y - b.y),
  };
  const ids: string[] = [];
  for (const pod of scene.pods.values()) if (isInside(rect, pod)) ids.push(pod.model.id);
  for (const wire of scene.wires.values()) {
    const { from, to } = wire.path;
    if (isInside(rect, from) && isInside(rect, to)) ids.push(wire.model.id);
  }
  return ids;
}

function nearestWire(scene: Scene, point: Point, reach: number): string | undefined {
  let best: string | undefined;
  let bestAway = reach;
  for (const wire of scene.wires.values()) {
    const { from, control, to } = wire.path;
    if (point.x < Math.min(from.x, control.x, to.x) - reach || point.x > Math.max(from.x, control.x, to.x) + reach)
      continue;
    if (point.y < Math.min(from.y, control.y, to.y) - reach || point.y > Math.max(from.y, control.y, to.y) + reach)
      continue;
    const away = distanceToPath(wire.path, point);
    if (away < bestAway) {
      best = wire.model.id;
      bestAway = away;
    }
  }
  return best;
}
