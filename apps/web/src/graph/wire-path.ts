import { laneStep } from "./fan.js";
import type { Point, Rect } from "./point.js";
import { rimPoint } from "./rim.js";

/** A wire as drawn: a quadratic curve from rim to rim. A straight wire has its control point in the middle. */
export interface WirePath {
  from: Point;
  control: Point;
  to: Point;
  isStraight: boolean;
}

/**
 * The path of a wire between two cards, bent by `bow` to pass what stands between them.
 *
 * `lane` counts from the pod with the lesser id; `isTurned` says that this wire
 * begins at the greater one, so that lanes of opposite wires do not cross.
 */
export function wirePath(a: Rect, b: Rect, lane: number, lanes: number, isTurned: boolean, bow = 0): WirePath {
  if (a.x === b.x && a.y === b.y) return loopPath(a, lane);
  const offset = lane * laneStep(lanes) * (isTurned ? -1 : 1) + bow;
  const center = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  if (offset === 0) return { from: rimPoint(a, b), control: center, to: rimPoint(b, a), isStraight: true };
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  const normal = { x: -(b.y - a.y) / length, y: (b.x - a.x) / length };
  // A quadratic curve passes its control point at half the distance: twice the offset bends it by one.
  const control = { x: center.x + normal.x * offset * 2, y: center.y + normal.y * offset * 2 };
  // The ends lie on the rim in the same order as the lanes, or steep fans would meet in one dot.
  const spread = Math.max(-0.42, Math.min(0.42, (offset / 100) * 0.6));
  const fromTarget = { x: control.x + normal.x * a.height * spread, y: control.y + normal.y * a.height * spread };
  const toTarget = { x: control.x + normal.x * b.height * spread, y: control.y + normal.y * b.height * spread };
  return { from: rimPoint(a, fromTarget), control, to: rimPoint(b, toTarget), isStraight: false };
}

/** A wire from a pod to itself: a loop over its top. */
function loopPath(card: Rect, lane: number): WirePath {
  const top = card.y - card.height / 2;
  const half = card.width / 4;
  return {
    from: { x: card.x - half, y: top },
    control: { x: card.x, y: top - 90 - Math.abs(lane) * 40 },
    to: { x: card.x + half, y: top },
    isStraight: false,
  };
}

/** The point at `t` from 0 (first end) to 1 (second end). */
export function pointAt(path: WirePath, t: number): Point {
  const { from, control, to } = path;
  const s = 1 - t;
  return {
    x: s * s * from.x + 2 * s * t * control.x + t * t * to.x,
    y: s * s * from.y + 2 * s * t * control.y + t * t * to.y,
  };
}

/** The direction of the wire at `t`, as a unit vector. */
export function directionAt(path: WirePath, t: number): Point {
  const { from, control, to } = path;
  const dx = (1 - t) * (control.x - from.x) + t * (to.x - control.x);
  const dy = (1 - t) * (control.y - from.y) + t * (to.y - control.y);
  const length = Math.hypot(dx, dy) || 1;
  return { x: dx / length, y: dy / length };
}

const HIT_STEPS = 14;

/** How far a point lies from the wire. */
export function distanceToPath(path: WirePath, point: Point): number {
  if (path.isStraight) return distanceToSegment(path.from, path.to, point);
  let best = Number.POSITIVE_INFINITY;
  let before = path.from;
  for (let step = 1; step <= HIT_STEPS; step++) {
    const at = pointAt(path, step / HIT_STEPS);
    best = Math.min(best, distanceToSegment(before, at, point));
    before = at;
  }
  return best;
}

function distanceToSegment(a: Point, b: Point, point: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const lengthSquared = dx * dx + dy * dy;
  const t =
    lengthSquared === 0 ? 0 : Math.max(0, Math.min(1, ((point.x - a.x) * dx + (point.y - a.y) * dy) / lengthSquared));
  return Math.hypot(point.x - a.x - t * dx, point.y - a.y - t * dy);
}
