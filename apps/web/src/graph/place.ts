import type { GraphModel, PodModel } from "./model.js";
import type { Point } from "./point.js";
import { BOX_PADDING, EMPTY_BOX } from "./scene.js";

const GAP_FEW = 272;
const GAP_MANY = 190;
const FEW_PODS = 14;
const ROW_STEP = 132;
const BOX_GAP_FEW = 200;
const BOX_GAP_MANY = 150;
const ASPECT = 2.2;

/**
 * Places everything from nothing, the same in every browser.
 *
 * Boxes stand in the order the wires lead through them; in a box the pods stand in
 * columns by their distance from the outermost pod, so that a chain reads from left to right.
 */
export function firstPlaces(model: GraphModel): Map<string, Point> {
  const order = walk(model);
  const groups = new Map<string, PodModel[]>();
  for (const id of order.keys()) {
    const pod = model.pods.get(id);
    if (!pod) continue;
    const key = pod.box ?? "";
    const group = groups.get(key);
    if (group) group.push(pod);
    else groups.set(key, [pod]);
  }
  for (const box of model.boxes.keys()) if (!groups.has(box)) groups.set(box, []);

  const gap = model.pods.size <= FEW_PODS ? GAP_FEW : GAP_MANY;
  const tiles = [...groups].map(([key, pods]) => ({ key, ...arrange(pods, order, gap) }));
  return pack(tiles, model.pods.size <= FEW_PODS ? BOX_GAP_FEW : BOX_GAP_MANY);
}

/** Every pod with its depth: a breadth-first walk from the pod with the fewest wires of each connected part. */
function walk(model: GraphModel): Map<string, number> {
  const neighbours = new Map<string, Set<string>>();
  for (const id of model.pods.keys()) neighbours.set(id, new Set());
  for (const wire of model.wires.values()) {
    const [a, b] = wire.ends;
    neighbours.get(a.pod)?.add(b.pod);
    neighbours.get(b.pod)?.add(a.pod);
  }
  const size = (id: string) => neighbours.get(id)?.size ?? 0;
  const starts = [...model.pods.keys()].sort((a, b) => {
    const wired = Number(size(a) === 0) - Number(size(b) === 0);
    return wired || size(a) - size(b) || (a < b ? -1 : 1);
  });
  const depth = new Map<string, number>();
  for (const start of starts) {
    if (depth.has(start)) continue;
    depth.set(start, 0);
    const queue = [start];
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      const next = (depth.get(id) ?? 0) + 1;
      for (const other of [...(neighbours.get(id) ?? [])].sort()) {
        if (depth.has(other)) continue;
        depth.set(other, next);
        queue.push(other);
      }
    }
  }
  return depth;
}

interface Tile {
  key: string;
  width: number;
  height: number;
  /** Relative to the tile's upper left corner. */
  places: Map<string, Point>;
}

/** Pods of one box in columns by depth, or in a grid when the columns would be towers. */
function arrange(pods: PodModel[], depth: Map<string, number>, gap: number): Omit<Tile, "key"> {
  if (pods.length === 0) return { ...EMPTY_BOX, places: new Map() };
  const byDepth = new Map<number, PodModel[]>();
  for (const pod of pods) {
    const at = depth.get(pod.id) ?? 0;
    const column = byDepth.get(at);
    if (column) column.push(pod);
    else byDepth.set(at, [pod]);
  }
  const rowsAllowed = Math.max(4, Math.ceil(Math.sqrt(pods.length)));
  const columns = [...byDepth].sort(([a], [b]) => a - b).flatMap(([, column]) => slices(column, rowsAllowed));
  const rows = Math.max(...columns.map((column) => column.length));
  const places = new Map<string, Point>();
  let x = BOX_PADDING;
  for (const column of columns) {
    const width = Math.max(...column.map((pod) => pod.width));
    for (const [row, pod] of column.entries()) {
      const middle = (row + (rows - column.length) / 2) * ROW_STEP;
      places.set(pod.id, { x: x + width / 2, y: BOX_PADDING + pod.height / 2 + middle });
    }
    x += width + gap;
  }
  const cardHeight = pods[0]?.height ?? 0;
  return { width: x - gap + BOX_PADDING, height: 2 * BOX_PADDING + cardHeight + (rows - 1) * ROW_STEP, places };
}

function slices<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** Tiles in rows, about twice as wide as high. */
function pack(tiles: Tile[], boxGap: number): Map<string, Point> {
  const area = tiles.reduce((sum, tile) => sum + (tile.width + boxGap) * (tile.height + boxGap), 0);
  const few = tiles.length <= 2;
  const limit = few ? Number.POSITIVE_INFINITY : Math.max(...tiles.map((tile) => tile.width), Math.sqrt(area * ASPECT));
  const places = new Map<string, Point>();
  const rows: Tile[][] = [[]];
  let used = 0;
  for (const tile of tiles) {
    if (used > 0 && used + tile.width > limit) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push(tile);
    used += tile.width + boxGap;
  }
  let y = 0;
  for (const row of rows) {
    const height = Math.max(0, ...row.map((tile) => tile.height));
    let x = 0;
    for (const tile of row) {
      const top = y + (height - tile.height) / 2;
      for (const [id, at] of tile.places) places.set(id, { x: x + at.x, y: top + at.y });
      if (tile.key !== "") places.set(tile.key, { x: x + tile.width / 2, y: top + tile.height / 2 });
      x += tile.width + boxGap;
    }
    y += height + boxGap;
  }
  return places;
}
