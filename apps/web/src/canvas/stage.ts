import type { Matches } from "../graph/filter.js";
import { isCollapsed } from "../graph/groups.js";
import { type Hit, hitTest, REACH } from "../graph/hit.js";
import { isWireOnScreen, type Label, RATE_ZOOM, type View } from "../graph/labels.js";
import type { GraphModel } from "../graph/model.js";
import type { Point } from "../graph/point.js";
import type { LinkRates } from "../graph/rates.js";
import { buildScene, type Scene } from "../graph/scene.js";
import { namesOf, type Selection } from "../graph/selection.js";
import { CytoscapeAdapter } from "./cytoscape-adapter.js";
import { type Gesture, IDLE } from "./gesture.js";
import { paintScene } from "./paint/paint-scene.js";
import { DARK, LIGHT } from "./palette.js";
import { WireHistory } from "./wire-history.js";

export interface StageState {
  model: GraphModel;
  matches: Matches | undefined;
  selection: Selection;
  hovered: string | null;
  notes: readonly { id: string; actor: string }[];
  /** What links carry, by uid; undefined: nobody wants to see it. Changes in place: show it again. */
  rates: ReadonlyMap<string, LinkRates> | undefined;
  rtts: ReadonlyMap<string, string>;
  /** What to add to this browser's clock to have the server's, ms. */
  clockSkewMs: number;
}

export interface StageEvents {
  /** Places were changed by hand; all of them, for saving. */
  onPlaced: (places: Record<string, Point>) => void;
  /** The window shows something else. */
  onView: () => void;
}

const PAINT_TIMES_KEPT = 240;
/** As the style sheet has it. */
const SHEET_BELOW_PX = 900;
const SHEET_SHARE = 0.62;

/**
 * The canvas: joins Cytoscape's places, the model and the painter, and paints at most once per frame.
 *
 * React knows nothing of what happens in here; it subscribes with `onPaint` where it
 * must follow (a form beside a pod, the minimap).
 */
export class Stage {
  readonly adapter: CytoscapeAdapter;
  readonly #canvas: HTMLCanvasElement;
  readonly #container: HTMLElement;
  readonly #listeners = new Set<() => void>();
  readonly #resizing: ResizeObserver;
  readonly #motion = window.matchMedia("(prefers-reduced-motion: reduce)");
  readonly #wires = new WireHistory();
  #state: StageState = {
    model: { boxes: new Map(), pods: new Map(), wires: new Map() },
    matches: undefined,
    selection: new Set(),
    hovered: null,
    notes: [],
    rates: undefined,
    rtts: new Map(),
    clockSkewMs: 0,
  };
  #scene: Scene = { boxes: new Map(), pods: new Map(), wires: new Map() };
  #isSceneOld = true;
  #isDark = false;
  #frame = 0;
  #nextSecond = 0;
  #grabbed: { id: string; at: Point } | undefined;
  gesture: Gesture = IDLE;
  /** Milliseconds each of the last pictures took. */
  readonly paintTimes: number[] = [];
  hoveredRim: string | null = null;
  /** Those in the last picture. */
  labels: readonly Label[] = [];

  constructor(container: HTMLElement, canvas: HTMLCanvasElement, events: StageEvents) {
    this.#container = container;
    this.#canvas = canvas;
    this.adapter = new CytoscapeAdapter(container, {
      onView: () => {
        this.repaint();
        events.onView();
      },
      onMove: () => {
        this.#dragAlong();
        this.#isSceneOld = true;
        this.repaint();
      },
      onGrab: (id) => {
        const at = this.adapter.placeOf(id);
        this.#grabbed = at ? { id, at } : undefined;
      },
      onFree: () => {
        this.#grabbed = undefined;
        events.onPlaced(this.adapter.places());
      },
    });
    this.#resizing = new ResizeObserver(() => {
      this.adapter.resize();
      // The side panel opened over it.
      const [id] = this.#state.selection;
      if (id !== undefined && this.#state.selection.size === 1) this.adapter.reveal(this.#podsOf(id));
      this.repaint();
    });
    this.#resizing.observe(container);
    document.fonts?.ready.then(() => this.repaint());
  }

  /** Shows a new state. `saved` places count when the model brings something new. */
  show(state: Partial<StageState>, saved?: Record<string, Point>): void {
    const before = this.#state;
    this.#state = { ...before, ...state };
    if (state.model && state.model !== before.model) {
      this.adapter.sync(state.model, saved ?? {});
      if (before.model.pods.size === 0 && state.model.pods.size > 0 && this.adapter.isFitted) this.adapter.firstLook();
      this.#wires.update(before.model, state.model, performance.now(), (id) => this.#scene.wires.get(id)?.path);
      this.#isSceneOld = true;
    }
    if (state.selection && state.selection !== before.selection) this.#showAboveSheet();
    this.repaint();
  }

  moveTo(saved: Record<string, Point>): void {
    if (this.#grabbed) return;
    this.adapter.move(saved);
    this.#isSceneOld = true;
    this.repaint();
  }

  setTheme(isDark: boolean): void {
    this.#isDark = isDark;
    this.repaint();
  }

  setGesture(gesture: Gesture): void {
    this.gesture = gesture;
    this.repaint();
  }

  get scene(): Scene {
    if (this.#isSceneOld) {
      this.#scene = buildScene(this.#state.model, (id) => this.adapter.placeOf(id));
      this.#isSceneOld = false;
    }
    return this.#scene;
  }

  get view(): View {
    return { ...this.adapter.viewport(), ...this.adapter.size() };
  }

  get palette() {
    return this.#isDark ? DARK : LIGHT;
  }

  get hasMotion(): boolean {
    return !this.#motion.matches;
  }

  /** Uids of the wires whose rates there would be room for; none when all is too small. */
  shownWires(): string[] {
    const { view, scene } = this;
    if (view.zoom < RATE_ZOOM || isCollapsed(scene, view.zoom)) return [];
    return [...scene.wires.values()].filter((wire) => isWireOnScreen(view, wire.path)).map((wire) => wire.model.uid);
  }

  hit(point: Point): Hit {
    const { zoom } = this.adapter.viewport();
    // Reach is of the screen; on tiny cards it must not swallow the neighbours.
    const scale = Math.max(0.5, zoom);
    const selected = new Set(namesOf(this.#state.selection, "link").map((name) => `link/${name}`));
    return hitTest(
      this.scene,
      point,
      {
        end: REACH.end / scale,
        rimOutside: REACH.rimOutside / scale,
        rimInside: REACH.rimInside,
        wire: REACH.wire / zoom,
      },
      selected,
    );
  }

  /** From the window's CSS pixels to canvas units. */
  toCanvas(client: Point): Point {
    const { left, top } = this.#container.getBoundingClientRect();
    const { zoom, pan } = this.adapter.viewport();
    return { x: (client.x - left - pan.x) / zoom, y: (client.y - top - pan.y) / zoom };
  }

  /** From canvas units to the window's CSS pixels. */
  toClient(point: Point): Point {
    const { left, top } = this.#container.getBoundingClientRect();
    const local = this.toLocal(point);
    return { x: local.x + left, y: local.y + top };
  }

  /** From canvas units to CSS pixels from the canvas' upper left corner. */
  toLocal(point: Point): Point {
    const { zoom, pan } = this.adapter.viewport();
    return { x: point.x * zoom + pan.x, y: point.y * zoom + pan.y };
  }

  /** Calls back after each painted picture. */
  onPaint(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  repaint(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((now) => this.#paint(now));
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    window.clearTimeout(this.#nextSecond);
    this.#resizing.disconnect();
    this.#listeners.clear();
    this.adapter.destroy();
  }

  /** On a narrow screen the details lie over the lower part of the canvas. */
  #showAboveSheet(): void {
    const [id] = this.#state.selection;
    if (id === undefined || this.#state.selection.size > 1 || window.innerWidth > SHEET_BELOW_PX) return;
    const { bottom } = this.#container.getBoundingClientRect();
    const sheetTop = window.innerHeight * (1 - SHEET_SHARE);
    this.adapter.reveal(this.#podsOf(id), Math.max(0, bottom - sheetTop));
  }

  #podsOf(id: string): string[] {
    return this.#state.model.wires.get(id)?.ends.map((end) => end.pod) ?? [id];
  }

  /** Selected pods move together with the one that is dragged. */
  #dragAlong(): void {
    const grabbed = this.#grabbed;
    if (!grabbed?.id.startsWith("pod/") || !this.#state.selection.has(grabbed.id)) return;
    const now = this.adapter.placeOf(grabbed.id);
    if (!now) return;
    const by = { x: now.x - grabbed.at.x, y: now.y - grabbed.at.y };
    if (by.x === 0 && by.y === 0) return;
    this.#grabbed = { id: grabbed.id, at: now };
    const others = [...this.#state.selection].filter((id) => id !== grabbed.id && id.startsWith("pod/"));
    this.adapter.shift(others, by);
  }

  /** Paints again when the countdowns of running faults show their next second. */
  #countDown(): void {
    window.clearTimeout(this.#nextSecond);
    const { model, clockSkewMs } = this.#state;
    if (!hasCountdown(model)) return;
    const wait = 1000 - ((Date.now() + clockSkewMs) % 1000) + 5;
    this.#nextSecond = window.setTimeout(() => this.repaint(), wait);
  }

  #paint(now: number): void {
    this.#frame = 0;
    const startedAt = performance.now();
    const { width, height } = this.adapter.size();
    const ratio = window.devicePixelRatio || 1;
    if (this.#canvas.width !== Math.round(width * ratio) || this.#canvas.height !== Math.round(height * ratio)) {
      this.#canvas.width = Math.round(width * ratio);
      this.#canvas.height = Math.round(height * ratio);
    }
    const context = this.#canvas.getContext("2d", { alpha: false });
    if (!context || width === 0) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { scene } = this;
    const flashes = this.hasMotion ? this.#wires.flashes(now) : new Map<string, number>();
    this.labels = paintScene({
      context,
      scene,
      view: this.view,
      palette: this.palette,
      matches: this.#state.matches,
      selection: this.#state.selection,
      hovered: this.#state.hovered,
      hoveredRim: this.hoveredRim,
      gesture: this.gesture,
      ghosts: this.#wires.ghosts(this.#state.model),
      flashes,
      notes: this.#state.notes,
      nowMs: Date.now() + this.#state.clockSkewMs,
      browserMs: Date.now(),
      rates: this.#state.rates,
      rtts: this.#state.rtts,
      clock: this.hasMotion ? now / 1000 : 0,
    });
    for (const listener of this.#listeners) listener();
    this.paintTimes.push(performance.now() - startedAt);
    if (this.paintTimes.length > PAINT_TIMES_KEPT) this.paintTimes.shift();
    const isMoving = flashes.size > 0 || [...scene.wires.values()].some((wire) => wire.model.state === "pending");
    if (isMoving && this.hasMotion) this.repaint();
    else this.#countDown();
  }
}

function hasCountdown({ wires, boxes }: GraphModel): boolean {
  for (const box of boxes.values()) if (box.faults.length > 0) return true;
  for (const wire of wires.values()) if (wire.faults.length > 0) return true;
  return false;
}
