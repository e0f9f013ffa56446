import { CARD_HEIGHT, cardWidth, type GraphModel, type PodModel } from "./model.js";
import type { Point, Rect } from "./point.js";
import { around, BOX_PADDING, EMPTY_BOX } from "./scene.js";

const MARGIN_X = 70;
const MARGIN_Y = 46;
const RINGS = 24;
const NEW_ROW = 110;

/** Places for what has none yet, beside what it belongs to; nothing that stands is moved. */
export function placeNew(model: GraphModel, places: ReadonlyMap<string, Point>): Map<string, Point> {
  const fresh = new Map<string, Point>();
  const at = (id: string) => fresh.get(id) ?? places.get(id);
  const standing: Rect[] = [];
  for (const pod of model.pods.values()) {
    const place = at(pod.id);
    if (place) standing.push(rectOf(pod, place));
  }
  for (const box of model.boxes.values()) {
    if (at(box.id) !== undefined || [...model.pods.values()].some((pod) => pod.box === box.id && at(pod.id))) continue;
    const all = around([...standing, ...boxRects(model, at)], 0);
    const isFirst = standing.length === 0 && all.width === 0;
    fresh.set(
      box.id,
      isFirst ? { x: 0, y: 0 } : { x: all.x + all.width / 2 + BOX_PADDING + 170 + EMPTY_BOX.width / 2, y: all.y },
    );
  }
  for (const pod of model.pods.values()) {
    if (at(pod.id) !== undefined) continue;
    const place = freeNear(seedOf(model, pod, at), pod, standing);
    fresh.set(pod.id, place);
    standing.push(rectOf(pod, place));
  }
  return fresh;
}

/** The free place nearest to a wish, for a pod that is not there yet. */
export function placeNear(
  model: GraphModel,
  placeOf: (id: string) => Point | undefined,
  name: string,
  wish: Point,
): Point {
  const standing = [...model.pods.values()].flatMap((pod) => {
    const place = placeOf(pod.id);
    return place ? [rectOf(pod, place)] : [];
  });
  return freeNear(wish, { width: cardWidth(name), height: CARD_HEIGHT }, standing);
}

function rectOf(pod: PodModel, place: Point): Rect {
  return { x: place.x, y: place.y, width: pod.width, height: pod.height };
}

/** Empty boxes, which stand by themselves. */
function* boxRects(model: GraphModel, at: (id: string) => Point | undefined): Generator<Rect> {
  for (const box of model.boxes.values()) {
    const place = at(box.id);
    if (place) yield { ...place, ...EMPTY_BOX };
  }
}

/** Where a new pod would like to stand: by its box's pods, in its empty box, or by its neighbours. */
function seedOf(model: GraphModel, pod: PodModel, at: (id: string) => Point | undefined): Point {
  const inBox = [...model.pods.values()].flatMap((other) =>
    other.id !== pod.id && other.box !== null && other.box === pod.box ? (at(other.id) ?? []) : [],
  );
  // In a row of its own: the middle is where wires run.
  if (inBox.length > 0) return { x: mean(inBox).x, y: Math.max(...inBox.map((point) => point.y)) + NEW_ROW };
  const box = pod.box === null ? undefined : at(pod.box);
  if (box) return box;
  const neighbours = [...model.wires.values()].flatMap((wire) => {
    const [a, b] = wire.ends;
    if (a.pod === pod.id) return at(b.pod) ?? [];
    return b.pod === pod.id ? (at(a.pod) ?? []) : [];
  });
  if (neighbours.length > 0) {
    const near = mean(neighbours);
    return { x: near.x, y: near.y + 200 };
  }
  const all = [...model.pods.keys()].flatMap((id) => at(id) ?? []);
  const lowest = all.reduce((low, point) => Math.max(low, point.y), Number.NEGATIVE_INFINITY);
  return all.length === 0 ? { x: 0, y: 0 } : { x: mean(all).x, y: lowest + 200 };
}

function mean(points: Point[]): Point {
  const sum = points.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

/** The nearest free place on a grid around the seed. */
function freeNear(seed: Point, pod: { width: number; height: number }, standing: readonly Rect[]): Point {
  const stepX = pod.width + MARGIN_X;
  const stepY = pod.height + MARGIN_Y;
  const isFree = (point: Point) =>
    standing.every(
      (other) =>
        Math.abs(other.x - point.x) >= (other.width + pod.width) / 2 + MARGIN_X / 2 ||
        Math.abs(other.y - point.y) >= (other.height + pod.height) / 2 + MARGIN_Y / 2,
    );
  if (isFree(seed)) return seed;
  for (let ring = 1; ring <= RINGS; ring++) {
    const candidates: Point[] = [];
    for (let i = -ring; i <= ring; i++) {
      for (let j = -ring; j <= ring; j++) {
        if (Math.max(Math.abs(i), Math.abs(j)) !== ring) continue;
        candidates.push({ x: seed.x + (i * stepX) / 2, y: seed.y + (j * stepY) / 2 });
      }
    }
    // Below before beside before above: a row of pods grows downwards.
    candidates.sort((a, b) => away(a, seed) - away(b, seed));
    const free = candidates.find(isFree);
    if (free) return free;
  }
  return { x: seed.x, y: seed.y + (RINGS + 1) * stepY };
}

function away(point: Point, seed: Point): number {
  return Math.hypot(point.x - seed.x, (point.y - seed.y) * 1.2) - (point.y > seed.y ? 1 : 0);
}
