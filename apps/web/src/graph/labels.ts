import type { Point } from "./point.js";
import { hasTitleInside, type Scene, type SceneWire } from "./scene.js";
import { markOf, markRoom } from "./wire-mark.js";
import { directionAt, pointAt, type WirePath } from "./wire-path.js";

/** A text at its final place on the screen. `x`, `y`: upper left corner in CSS pixels. */
export interface Label {
  kind: "name" | "address" | "vni" | "rtt" | "rate";
  text: string;
  wire: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface View {
  zoom: number;
  pan: Point;
  width: number;
  height: number;
}

export interface LabelOptions {
  /** Width of a text in CSS pixels. */
  measure: (kind: Label["kind"], text: string) => number;
  /** Wires whose labels come first: hovered and selected. */
  favoured: ReadonlySet<string>;
  /** What a wire carries and how long its way takes, as texts; empty when there is nothing to say. */
  measured: (wire: SceneWire) => { rtt: string; rate: string };
  /** Wires that carry no label: filtered out. */
  muted: (id: string) => boolean;
}

const HEIGHT = { name: 15, address: 14, vni: 18, rtt: 15, rate: 14 } as const;
const NAME_ZOOM = 0.42;
const ADDRESS_ZOOM = 0.64;
const VNI_ZOOM = 0.38;
/** From here on there is room for rates. */
export const RATE_ZOOM = 0.45;
/** Where a box carries its name and count. */
const TITLE_PX = { top: 2, height: 20, width: 76, letter: 7.5 };
const PORT_GAP = 11;
const LINE_GAP = 4;
const CELL = 64;

/**
 * Chooses which labels are shown and where: names before numbers before addresses,
 * none over another, over a card, or off the screen. Text keeps its size on the screen.
 */
export function placeLabels(scene: Scene, view: View, options: LabelOptions): Label[] {
  const taken = new Occupied();
  for (const pod of scene.pods.values()) {
    const width = pod.width * view.zoom;
    const height = pod.height * view.zoom;
    const corner = toScreen(view, { x: pod.x - pod.width / 2, y: pod.y - pod.height / 2 });
    if (isOnScreen(view, corner.x, corner.y, width, height)) taken.add(corner.x, corner.y, width, height);
  }
  for (const box of scene.boxes.values()) {
    const corner = toScreen(view, { x: box.x - box.width / 2, y: box.y - box.height / 2 });
    const width = Math.min(box.width * view.zoom, TITLE_PX.width + box.model.name.length * TITLE_PX.letter);
    const top = hasTitleInside(view.zoom) ? corner.y + TITLE_PX.top : corner.y - TITLE_PX.height;
    if (isOnScreen(view, corner.x, top, width, TITLE_PX.height)) taken.add(corner.x, top, width, TITLE_PX.height);
  }
  const wires = [...scene.wires.values()].filter(
    (wire) => !options.muted(wire.model.id) && isWireOnScreen(view, wire.path),
  );
  wires.sort((a, b) => Number(options.favoured.has(b.model.id)) - Number(options.favoured.has(a.model.id)));
  for (const wire of wires) {
    const room = markRoom(wire.model, lengthOf(view, wire.path));
    if (room === undefined) continue;
    const at = toScreen(view, pointAt(wire.path, 0.5));
    taken.add(at.x - room.width / 2, at.y - room.height / 2, room.width, room.height);
  }
  const labels: Label[] = [];
  const lines = new Occupied();
  if (view.zoom >= NAME_ZOOM) for (const wire of wires) addLine(lines, view, wire.path);
  const isFavoured = (wire: SceneWire) => options.favoured.has(wire.model.id);
  const put = (wire: SceneWire, kind: Label["kind"], text: string, candidates: (width: number) => Point[]) => {
    const width = options.measure(kind, text);
    const height = HEIGHT[kind];
    const free = candidates(width).filter((at) => taken.isFree(at.x, at.y, width, height));
    // Rather beside a line than across it, where there is a choice.
    const at = kind === "vni" ? free[0] : (free.find((own) => lines.isFree(own.x, own.y, width, height)) ?? free[0]);
    if (at === undefined) return;
    taken.add(at.x, at.y, width, height);
    labels.push({ kind, text, wire: wire.model.id, x: at.x, y: at.y, width, height });
  };

  for (const wire of wires) {
    const { vni, transport } = wire.model;
    if (transport !== "vxlan" || vni === null || (view.zoom < VNI_ZOOM && !isFavoured(wire))) continue;
    put(wire, "vni", String(vni), (width) => vniPlaces(view, wire.path, width, markOf(wire.model, 0) === undefined));
  }
  for (const wire of wires) {
    const { rtt } = options.measured(wire);
    if (rtt !== "") put(wire, "rtt", rtt, (width) => middlePlaces(view, wire.path, width, HEIGHT.rtt));
  }
  for (const wire of wires) {
    if (view.zoom < NAME_ZOOM && !isFavoured(wire)) continue;
    for (const end of [0, 1] as const) {
      put(wire, "name", wire.model.ends[end].interface, (width) => namePlaces(view, wire.path, end, width));
    }
  }
  for (const wire of wires) {
    if (view.zoom < ADDRESS_ZOOM && !isFavoured(wire)) continue;
    for (const end of [0, 1] as const) {
      const [address, ...more] = wire.model.ends[end].addresses;
      if (address === undefined) continue;
      const text = more.length === 0 ? address : `${address} +${more.length}`;
      put(wire, "address", text, (width) => addressPlaces(view, wire.path, end, width));
    }
  }
  // Last: figures that come and go must not push the others about.
  for (const wire of wires) {
    if (view.zoom < RATE_ZOOM && !isFavoured(wire)) continue;
    const { rate } = options.measured(wire);
    if (rate !== "") put(wire, "rate", rate, (width) => middlePlaces(view, wire.path, width, HEIGHT.rate));
  }
  return labels;
}

const LINE_STEP_PX = 10;
const LABEL_ROOM_PX = 150;

/** Marks where a wire runs near its ends, as a row of small squares. */
function addLine(lines: Occupied, view: View, path: WirePath): void {
  const from = toScreen(view, path.from);
  const to = toScreen(view, path.to);
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  for (let along = 0; along <= Math.min(length / 2, LABEL_ROOM_PX); along += LINE_STEP_PX) {
    for (const t of [along / length, 1 - along / length]) {
      const at = toScreen(view, pointAt(path, t));
      lines.add(at.x - 2, at.y - 2, 4, 4);
    }
  }
}

function toScreen(view: View, point: Point): Point {
  return { x: point.x * view.zoom + view.pan.x, y: point.y * view.zoom + view.pan.y };
}

/** From port to port on the screen, CSS pixels. */
export function lengthOf(view: View, { from, to }: WirePath): number {
  return Math.hypot(to.x - from.x, to.y - from.y) * view.zoom;
}

function isOnScreen(view: View, x: number, y: number, width: number, height: number): boolean {
  return x < view.width && y < view.height && x + width > 0 && y + height > 0;
}

export function isWireOnScreen(view: View, path: WirePath): boolean {
  const a = toScreen(view, path.from);
  const b = toScreen(view, path.to);
  const c = toScreen(view, path.control);
  const x = Math.min(a.x, b.x, c.x);
  const y = Math.min(a.y, b.y, c.y);
  return isOnScreen(view, x, y, Math.max(a.x, b.x, c.x) - x + 1, Math.max(a.y, b.y, c.y) - y + 1);
}

/** On the line: in the middle of a whole wire, beside the gap of a broken one. */
function vniPlaces(view: View, path: WirePath, width: number, isWhole: boolean): Point[] {
  const spots = isWhole ? [0.5, 0.4, 0.6, 0.3, 0.7] : [0.36, 0.64, 0.28, 0.72, 0.22, 0.78];
  return spots.map((t) => {
    const at = toScreen(view, pointAt(path, t));
    return { x: at.x - width / 2, y: at.y - HEIGHT.vni / 2 };
  });
}

const MIDDLE_GAP = 13;
const MIDDLE_SPOTS = [0.5, 0.42, 0.58, 0.34, 0.66];

/** Beside the middle of the line: above or below a level one, right or left of a steep one. */
function middlePlaces(view: View, path: WirePath, width: number, height: number): Point[] {
  return MIDDLE_SPOTS.flatMap((t) => {
    const at = toScreen(view, pointAt(path, t));
    const way = directionAt(path, t);
    if (Math.abs(way.x) > 0.5) {
      const lean = Math.abs((way.y / way.x) * (width / 2));
      const x = at.x - width / 2;
      return [
        { x, y: at.y - MIDDLE_GAP - height - lean },
        { x, y: at.y + MIDDLE_GAP + lean },
        { x, y: at.y - MIDDLE_GAP - 2 * height - lean },
      ];
    }
    const y = at.y - height / 2;
    return [
      { x: at.x - MIDDLE_GAP - width, y },
      { x: at.x + MIDDLE_GAP, y },
    ];
  });
}

/** The way of the wire out of one end, and that end on the screen. */
function leaving(view: View, path: WirePath, end: 0 | 1): { port: Point; way: Point } {
  const way = directionAt(path, end);
  return end === 0
    ? { port: toScreen(view, path.from), way }
    : { port: toScreen(view, path.to), way: { x: -way.x, y: -way.y } };
}

/** Beside the port, on the side the wire does not lean to. */
function namePlaces(view: View, path: WirePath, end: 0 | 1, width: number): Point[] {
  return endPlaces(view, path, end, width, HEIGHT.name, "above");
}

function addressPlaces(view: View, path: WirePath, end: 0 | 1, width: number): Point[] {
  return endPlaces(view, path, end, width, HEIGHT.address, "below");
}

const LEVEL = 0.16;
/** Just under a pill that stands on the line. */
const TUCK = 6;

function endPlaces(
  view: View,
  path: WirePath,
  end: 0 | 1,
  width: number,
  height: number,
  side: "above" | "below",
): Point[] {
  const { port, way } = leaving(view, path, end);
  if (Math.abs(way.x) > 0.5) {
    const x = way.x > 0 ? port.x + PORT_GAP : port.x - PORT_GAP - width;
    const slope = way.y / Math.abs(way.x);
    const above = port.y - LINE_GAP - height;
    const below = port.y + LINE_GAP;
    if (Math.abs(slope) < LEVEL) {
      const lean = slope * (PORT_GAP + width / 2);
      const ys =
        side === "above" ? [above, below, above - height] : [below, below + TUCK, below + height, above - height];
      return ys.map((y) => ({ x, y: y + lean }));
    }
    // A leaning wire leaves one side free: name and address stand there, one under the other.
    const near = lineAt(view, path, end, PORT_GAP);
    const far = lineAt(view, path, end, PORT_GAP + width);
    const stack = slope > 0 ? Math.min(near, far) - LINE_GAP - 2 * HEIGHT.name : Math.max(near, far) + LINE_GAP;
    const own = side === "above" ? stack : stack + HEIGHT.name;
    const other = slope > 0 ? Math.max(near, far) + LINE_GAP : Math.min(near, far) - LINE_GAP - height;
    const farther = slope > 0 ? other + height : other - height;
    return [own, other, farther].map((y) => ({ x, y }));
  }
  // Steep: beside the line, the address under the name.
  const down = way.y > 0;
  const first = down ? port.y + PORT_GAP : port.y - PORT_GAP - 2 * HEIGHT.name;
  const y = side === "above" ? first : first + HEIGHT.name;
  const drift = (way.x / (Math.abs(way.y) || 1)) * Math.abs(y + height / 2 - port.y);
  const right = { x: port.x + drift + 8, y };
  const left = { x: port.x + drift - 8 - width, y };
  return way.x > 0 ? [left, right] : [right, left];
}

const TRACE_STEPS = 24;

/** How high the wire runs `away` CSS pixels beside its end. */
function lineAt(view: View, path: WirePath, end: 0 | 1, away: number): number {
  const port = toScreen(view, end === 0 ? path.from : path.to);
  let at = port;
  for (let step = 1; step <= TRACE_STEPS && Math.abs(at.x - port.x) < away; step++) {
    const t = step / TRACE_STEPS;
    at = toScreen(view, pointAt(path, end === 0 ? t : 1 - t));
  }
  return at.y;
}

/** Rectangles already used, in a coarse grid. */
class Occupied {
  readonly #cells = new Map<number, [number, number, number, number][]>();

  add(x: number, y: number, width: number, height: number): void {
    const rect: [number, number, number, number] = [x, y, x + width, y + height];
    for (const key of cellsOf(x, y, width, height)) {
      const cell = this.#cells.get(key);
      if (cell) cell.push(rect);
      else this.#cells.set(key, [rect]);
    }
  }

  isFree(x: number, y: number, width: number, height: number): boolean {
    for (const key of cellsOf(x, y, width, height)) {
      for (const [left, top, right, bottom] of this.#cells.get(key) ?? []) {
        if (x < right && x + width > left && y < bottom && y + height > top) return false;
      }
    }
    return true;
  }
}

function* cellsOf(x: number, y: number, width: number, height: number): Generator<number> {
  const right = Math.floor((x + width) / CELL);
  const bottom = Math.floor((y + height) / CELL);
  for (let i = Math.floor(x / CELL); i <= right; i++) {
    for (let j = Math.floor(y / CELL); j <= bottom; j++) yield i * 65_536 + j;
  }
}
