import cytoscape, { type Core, type NodeSingular } from "cytoscape";
import fcose from "cytoscape-fcose";
import { diffGraph, edgeKey, type GraphShape } from "../graph/diff.js";
import { cardWidth, type GraphModel } from "../graph/model.js";
import { firstPlaces } from "../graph/place.js";
import { placeNew } from "../graph/place-new.js";
import type { Point } from "../graph/point.js";
import { around, BOX_PADDING, EMPTY_BOX } from "../graph/scene.js";

cytoscape.use(fcose);

export interface Viewport {
  zoom: number;
  pan: Point;
}

export interface AdapterEvents {
  /** Zoom or pan changed. */
  onView: () => void;
  /** A place changed. */
  onMove: () => void;
  onGrab: (id: string) => void;
  /** Somebody let go of these; they may have moved. */
  onFree: (ids: string[]) => void;
}

/** On a narrow screen a few pods are rather shown in part than too small to read. */
const LEGIBLE_ZOOM = 0.5;
const FEW_NODES = 40;
const FIRST_MARGIN = 120;
const NARROW_PX = 860;
const ZOOM_MIN = 0.06;
const ZOOM_MAX = 3;
const FIT_ZOOM_MAX = 1.35;
/** A mesh reads better from forces than from columns; above this many the forces take too long for a first look. */
const FORCE_FROM_PODS = 9;
const FORCE_TO_PODS = 220;

/**
 * The only file that touches Cytoscape: places, compounds, dragging, viewport and layout.
 *
 * Cytoscape draws nothing here: its elements are transparent, and the painter draws
 * from the places kept in it (double lines, gaps, ports and labels are beyond its styles).
 */
export class CytoscapeAdapter {
  readonly #cy: Core;
  readonly #shape: GraphShape = { nodes: new Map(), edges: new Map() };
  readonly #places = new Map<string, Point>();
  #isSyncing = false;
  /** Nobody has looked around since everything was fitted into the window. */
  #isFitted = false;
  #isMovingView = false;

  constructor(container: HTMLElement, events: AdapterEvents) {
    this.#cy = cytoscape({
      container,
      style: STYLE,
      minZoom: ZOOM_MIN,
      maxZoom: ZOOM_MAX,
      boxSelectionEnabled: false,
      autounselectify: true,
      selectionType: "additive",
    });
    this.#cy.on("viewport", () => {
      if (!this.#isMovingView) this.#isFitted = false;
      events.onView();
    });
    this.#cy.on("position", "node", (event) => {
      const node = event.target as NodeSingular;
      const { x, y } = node.position();
      this.#places.set(node.id(), { x, y });
      if (!this.#isSyncing) events.onMove();
    });
    this.#cy.on("grab", "node", (event) => events.onGrab((event.target as NodeSingular).id()));
    this.#cy.on("dragfree", "node", (event) => {
      const node = event.target as NodeSingular;
      events.onFree([node.id(), ...node.descendants().map((child) => child.id())]);
    });
  }

  /**
   * Makes the graph match the model. `saved` places win over everything, what stands
   * stays, what is new finds room; a graph with no place at all is laid out from nothing.
   */
  sync(model: GraphModel, saved: Record<string, Point>): void {
    const diff = diffGraph(this.#shape, model);
    this.#isSyncing = true;
    const isFirst = this.#shape.nodes.size === 0;
    this.#cy.batch(() => {
      for (const id of diff.removedEdges) {
        this.#cy.getElementById(id).remove();
        this.#shape.edges.delete(id);
      }
      for (const id of diff.removedNodes) {
        const node = this.#cy.getElementById(id);
        node.children().move({ parent: null });
        node.remove();
        this.#shape.nodes.delete(id);
        this.#places.delete(id);
      }
      const boxesFirst = [...diff.addedNodes].sort(
        (a, b) => Number(a.id.startsWith("pod/")) - Number(b.id.startsWith("pod/")),
      );
      for (const { id, parent } of boxesFirst) {
        this.#cy.add({
          group: "nodes",
          data: { id, ...(parent === null ? {} : { parent }), width: widthOf(model, id) },
        });
        this.#shape.nodes.set(id, parent);
      }
      for (const { id, parent } of diff.movedNodes) {
        this.#cy.getElementById(id).move({ parent });
        this.#shape.nodes.set(id, parent);
        // Another box: its old place would stretch the new one over half the canvas.
        if (!(id in saved)) this.#places.delete(id);
      }
      for (const { id, source, target } of diff.addedEdges) {
        this.#cy.add({ group: "edges", data: { id, source, target } });
        this.#shape.edges.set(id, edgeKey(source, target));
      }
    });
    this.#placeAll(model, saved, isFirst);
    this.#isSyncing = false;
  }

  #placeAll(model: GraphModel, saved: Record<string, Point>, isFirst: boolean): void {
    const known = new Map<string, Point>();
    for (const id of this.#shape.nodes.keys()) {
      const place = saved[id] ?? (isFirst ? undefined : this.#places.get(id));
      if (place) known.set(id, place);
    }
    // Boxes alone, as of an empty namespace, are no arrangement worth keeping.
    const hasNone = ![...known.keys()].some((id) => id in saved || id.startsWith("pod/"));
    const fresh = hasNone ? firstPlaces(model) : placeNew(model, known);
    if (!hasNone) this.#apply(known);
    this.#apply(fresh);
    if (hasNone && wantsForces(model)) this.#relax();
  }

  /** Moves things to these places; boxes with pods follow their pods. */
  #apply(places: ReadonlyMap<string, Point>): void {
    this.#cy.batch(() => {
      for (const [id, place] of places) {
        const node = this.#cy.getElementById(id) as NodeSingular;
        this.#places.set(id, place);
        if (node.nonempty() && !node.isParent()) node.position(place);
      }
    });
  }

  /** Lets forces even out the first placement. Without randomness: every browser gets the same picture. */
  #relax(): void {
    const options = {
      name: "fcose",
      quality: "default",
      randomize: false,
      animate: false,
      fit: false,
      packComponents: false,
      nodeSeparation: 120,
      idealEdgeLength: 260,
      nodeRepulsion: 60_000,
      nodeDimensionsIncludeLabels: false,
      numIter: 1500,
    };
    this.#cy.layout(options as cytoscape.LayoutOptions).run();
  }

  /** Saved places from the server, while nothing is being dragged. */
  move(saved: Record<string, Point>): void {
    this.#isSyncing = true;
    this.#apply(new Map(Object.entries(saved)));
    this.#isSyncing = false;
  }

  /** Moves others along with one that is being dragged. */
  shift(ids: Iterable<string>, by: Point): void {
    this.#cy.batch(() => {
      for (const id of ids) {
        const node = this.#cy.getElementById(id) as NodeSingular;
        if (node.nonempty() && !node.isParent())
          node.position({ x: node.position().x + by.x, y: node.position().y + by.y });
      }
    });
  }

  placeOf(id: string): Point | undefined {
    return this.#places.get(id);
  }

  /** All places, for saving. */
  places(): Record<string, Point> {
    const round = (value: number) => Math.round(value * 10) / 10;
    return Object.fromEntries([...this.#places].map(([id, { x, y }]) => [id, { x: round(x), y: round(y) }]));
  }

  viewport(): Viewport {
    return { zoom: this.#cy.zoom(), pan: this.#cy.pan() };
  }

  /** Shows a canvas point in the middle. */
  center(point: Point, zoom = this.#cy.zoom()): void {
    const { width, height } = this.size();
    this.#cy.viewport({ zoom, pan: { x: width / 2 - point.x * zoom, y: height / 2 - point.y * zoom } });
  }

  /** Fits everything, or the given things, into the window. */
  fit(ids: readonly string[] | undefined, isAnimated: boolean, padding = { x: 44, y: 60 }): void {
    const all = ids ?? [...this.#shape.nodes.keys()];
    const rects = all.flatMap((id) => {
      const node = this.#cy.getElementById(id);
      if (node.empty() || !node.isNode()) return [];
      const { x1, y1, w, h } = node.boundingBox({ includeLabels: false, includeOverlays: false });
      return [{ x: x1 + w / 2, y: y1 + h / 2, width: w, height: h }];
    });
    if (rects.length === 0) return;
    const { x, y, width, height } = around(rects, 0);
    const size = this.size();
    const zoom = Math.max(
      ZOOM_MIN,
      Math.min(
        FIT_ZOOM_MAX,
        (size.width - 2 * padding.x) / Math.max(1, width),
        (size.height - 2 * padding.y) / Math.max(1, height),
      ),
    );
    const pan = { x: size.width / 2 - x * zoom, y: size.height / 2 - y * zoom };
    this.#look({ zoom, pan }, isAnimated);
    this.#isFitted = ids === undefined;
  }

  /** The first look: everything, or as much of it as stays legible, from the left. */
  firstLook(): void {
    this.fit(undefined, false);
    const { zoom } = this.viewport();
    const isFew = this.#shape.nodes.size <= FEW_NODES;
    if (zoom >= LEGIBLE_ZOOM || !isFew || this.size().width > NARROW_PX) return;
    const xs = [...this.#places.values()].map((place) => place.x);
    const ys = [...this.#places.values()].map((place) => place.y);
    const { width } = this.size();
    const left = Math.min(...xs) - FIRST_MARGIN;
    this.center({ x: left + width / LEGIBLE_ZOOM / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 }, LEGIBLE_ZOOM);
  }

  /** True until somebody looks around after everything was fitted. */
  get isFitted(): boolean {
    return this.#isFitted;
  }

  /**
   * Pans as little as needed to have a thing in the window; what is larger than the window is fitted.
   * `covered`: CSS pixels at the bottom that something lies over.
   */
  reveal(ids: readonly string[], covered = 0): void {
    const rects = ids.flatMap((id) => {
      const place = this.#places.get(id);
      return place ? [{ ...place, width: 160, height: 90 }] : [];
    });
    if (rects.length === 0) return;
    const { zoom, pan } = this.viewport();
    const size = { width: this.size().width, height: this.size().height - covered };
    const rect = around(rects, 0);
    const left = (rect.x - rect.width / 2) * zoom + pan.x;
    const top = (rect.y - rect.height / 2) * zoom + pan.y;
    const right = left + rect.width * zoom;
    const bottom = top + rect.height * zoom;
    if (left >= 0 && top >= 0 && right <= size.width && bottom <= size.height) return;
    if (covered === 0 && (right - left > size.width || bottom - top > size.height)) {
      this.fit(ids, false);
      return;
    }
    const shift = (low: number, high: number, room: number) => (low < 0 ? -low : high > room ? room - high : 0);
    this.panBy({ x: shift(left, right, size.width), y: shift(top, bottom, size.height) });
  }

  #look(view: Viewport, isAnimated: boolean): void {
    this.#cy.stop();
    this.#isMovingView = true;
    const done = () => {
      this.#isMovingView = false;
    };
    if (isAnimated) {
      this.#cy.animate({ ...view, duration: 220, easing: "ease-out", complete: done });
      return;
    }
    this.#cy.viewport(view);
    done();
  }

  zoomBy(factor: number): void {
    const { width, height } = this.size();
    this.#cy.zoom({ level: this.#cy.zoom() * factor, renderedPosition: { x: width / 2, y: height / 2 } });
  }

  panBy(by: Point): void {
    this.#cy.panBy(by);
  }

  size(): { width: number; height: number } {
    return { width: this.#cy.width(), height: this.#cy.height() };
  }

  /** The window's size changed: what was wholly shown stays wholly shown. */
  resize(): void {
    this.#isMovingView = true;
    this.#cy.resize();
    this.#isMovingView = false;
    if (this.#isFitted) this.fit(undefined, false);
  }

  /** Locks places: nothing can be dragged while the server is silent. */
  lock(isLocked: boolean): void {
    this.#cy.autoungrabify(isLocked);
  }

  destroy(): void {
    this.#cy.destroy();
  }
}

function widthOf(model: GraphModel, id: string): number {
  return model.pods.get(id)?.width ?? cardWidth(id);
}

function wantsForces(model: GraphModel): boolean {
  const { pods, wires } = model;
  return pods.size >= FORCE_FROM_PODS && pods.size <= FORCE_TO_PODS && wires.size >= pods.size;
}

const STYLE: cytoscape.StylesheetJson = [
  {
    selector: "node",
    style: { shape: "round-rectangle", width: "data(width)", height: 44, opacity: 0, "overlay-opacity": 0, label: "" },
  },
  { selector: ":parent", style: { padding: `${BOX_PADDING}px`, opacity: 0 } },
  { selector: 'node[id ^= "node/"]:childless', style: { width: EMPTY_BOX.width, height: EMPTY_BOX.height } },
  { selector: "edge", style: { visibility: "hidden", events: "no" } },
  { selector: "core", style: { "active-bg-opacity": 0 } as never },
];
