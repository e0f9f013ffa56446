import type { Point, Rect } from "./point.js";

/** Where the ray from the middle of a card towards `target` leaves it. */
export function rimPoint(card: Rect, target: Point): Point {
  const dx = target.x - card.x;
  const dy = target.y - card.y;
  if (dx === 0 && dy === 0) return { x: card.x + card.width / 2, y: card.y };
  const scale = Math.min(
    dx === 0 ? Number.POSITIVE_INFINITY : card.width / 2 / Math.abs(dx),
    dy === 0 ? Number.POSITIVE_INFINITY : card.height / 2 / Math.abs(dy),
  );
  return { x: card.x + dx * scale, y: card.y + dy * scale };
}

/** The outward direction of the rim at a point of it, as a unit vector along one axis. */
export function rimNormal(card: Rect, at: Point): Point {
  const toSide = card.width / 2 - Math.abs(at.x - card.x);
  const toTop = card.height / 2 - Math.abs(at.y - card.y);
  if (toSide <= toTop) return { x: Math.sign(at.x - card.x) || 1, y: 0 };
  return { x: 0, y: Math.sign(at.y - card.y) || 1 };
}

/** The place on the rim with the most room to either side of existing ports: where a new wire is best begun. */
export function freeRimPoint(card: Rect, ports: readonly Point[]): Point {
  const { x, y, width, height } = card;
  const candidates: Point[] = [
    { x, y: y + height / 2 },
    { x, y: y - height / 2 },
    { x: x + width / 2, y },
    { x: x - width / 2, y },
    { x: x + width / 4, y: y + height / 2 },
    { x: x - width / 4, y: y - height / 2 },
  ];
  const room = (point: Point) => Math.min(1e3, ...ports.map((port) => Math.hypot(port.x - point.x, port.y - point.y)));
  return candidates.reduce((best, point) => (room(point) > room(best) + 1 ? point : best));
}
