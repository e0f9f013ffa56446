import type { Matches } from "../../graph/filter.js";
import type { View } from "../../graph/labels.js";
import type { Point } from "../../graph/point.js";
import type { LinkRates } from "../../graph/rates.js";
import type { Scene } from "../../graph/scene.js";
import type { Gesture } from "../gesture.js";
import type { Palette } from "../palette.js";

/** Everything one picture is painted from. */
export interface Frame {
  context: CanvasRenderingContext2D;
  scene: Scene;
  view: View;
  palette: Palette;
  matches: Matches | undefined;
  selection: ReadonlySet<string>;
  hovered: string | null;
  /** The pod whose rim is ready to be drawn from. */
  hoveredRim: string | null;
  gesture: Gesture;
  /** Old ways of wires that are on their way to another pod. */
  ghosts: readonly { from: Point; to: Point }[];
  /** Wires that broke just now, with how far their flash is, from 0 to 1. */
  flashes: ReadonlyMap<string, number>;
  notes: readonly { id: string; actor: string }[];
  /** Milliseconds since the epoch, by the server's clock. */
  nowMs: number;
  /** The same by this browser's. */
  browserMs: number;
  /** What links carry, by uid; undefined: nobody wants to see it. */
  rates: ReadonlyMap<string, LinkRates> | undefined;
  /** Round-trip times measured just now, by the link's name. */
  rtts: ReadonlyMap<string, string>;
  /** Seconds, for what moves; constant when nothing may move. */
  clock: number;
}

export function toScreen(view: View, point: Point): Point {
  return { x: point.x * view.zoom + view.pan.x, y: point.y * view.zoom + view.pan.y };
}

/** True when a thing is dimmed because the filter does not name it. */
export function isMuted(frame: Frame, id: string): boolean {
  const { matches, selection } = frame;
  if (matches === undefined || selection.has(id)) return false;
  return !(matches.pods.has(id) || matches.wires.has(id));
}

export const MUTED_ALPHA = 0.16;

export const SANS = '"Inter Variable", system-ui, sans-serif';
export const MONO = '"JetBrains Mono Variable", ui-monospace, monospace';
