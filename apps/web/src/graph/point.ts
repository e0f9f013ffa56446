/** A place on the canvas, in canvas units unless its name says otherwise. */
export interface Point {
  x: number;
  y: number;
}

/** An upright rectangle by its centre. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

export function isInside(rect: Rect, point: Point, margin = 0): boolean {
  return (
    Math.abs(point.x - rect.x) <= rect.width / 2 + margin && Math.abs(point.y - rect.y) <= rect.height / 2 + margin
  );
}
