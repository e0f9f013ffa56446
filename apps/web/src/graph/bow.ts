import type { Point, Rect } from "./point.js";

const MARGIN = 26;
/** Near its ends a curve has hardly left the straight line: what stands there is passed underneath. */
const END_ZONE = 0.12;
const BOW_MAX = 260;

/**
 * How far a wire must bend to pass the cards that stand between its two, in canvas units
 * along the normal of the way from `a` to `b` (left of it is negative); 0 when the way is free.
 */
export function bowAround(a: Rect, b: Rect, others: Iterable<Rect>): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = Math.hypot(dx, dy);
  if (length === 0) return 0;
  const normal: Point = { x: -dy / length, y: dx / length };
  let left = 0;
  let right = 0;
  for (const card of others) {
    const rx = card.x - a.x;
    const ry = card.y - a.y;
    const t = (rx * dx + ry * dy) / (length * length);
    if (t < END_ZONE || t > 1 - END_ZONE) continue;
    const aside = rx * normal.x + ry * normal.y;
    const half = (card.width / 2) * Math.abs(normal.x) + (card.height / 2) * Math.abs(normal.y);
    if (Math.abs(aside) >= half + 4) continue;
    // A quadratic curve deviates by 4t(1-t) of what it does in its middle.
    const share = 4 * t * (1 - t);
    right = Math.max(right, (aside + half + MARGIN) / share);
    left = Math.max(left, (half + MARGIN - aside) / share);
  }
  if (left === 0 && right === 0) return 0;
  // With equal ways the one above is taken: labels of straight wires hang below.
  const upIsLeft = normal.y > 0;
  const takeLeft = Math.abs(left - right) < 2 ? upIsLeft : left < right;
  return takeLeft ? -Math.min(BOW_MAX, left) : Math.min(BOW_MAX, right);
}
