import { lengthOf } from "../../graph/labels.js";
import type { SceneWire } from "../../graph/scene.js";
import { fitMark, markOf } from "../../graph/wire-mark.js";
import { directionAt, pointAt, type WirePath } from "../../graph/wire-path.js";
import { type Frame, isMuted, MUTED_ALPHA, SANS, toScreen } from "./frame.js";
import { paintPill } from "./paint-pill.js";

const WIDTH = 1.8;
const WIDTH_DOWN = 2.6;
const RAIL_WIDTH = 1.5;
const DOUBLE_GAP = 4.6;
const DASH_SPEED = 18;
const GAP_PX = 15;
const WAVE = { lengthPx: 16, heightPx: 3, stepPx: 2.5 } as const;
const WAVE_ZOOM = 0.35;

/** Wires from rim to rim, colour and dash by state. Widths are of the screen, so that a far line is still seen. */
export function paintWires(frame: Frame): void {
  const { context, selection, hovered } = frame;
  context.lineCap = "butt";
  context.lineJoin = "round";
  for (const wire of frame.scene.wires.values()) {
    if (!isVisible(frame, wire.path)) continue;
    const { id } = wire.model;
    context.globalAlpha = isMuted(frame, id) ? MUTED_ALPHA : wire.model.state === "unknown" ? 0.85 : 1;
    if (selection.has(id) || hovered === id) halo(frame, wire, selection.has(id));
    paintWire(frame, wire);
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
}

/** What stands on the wires: crosses, badges, flashes. Above the lines, below the labels. */
export function paintMarks(frame: Frame): void {
  const { context, view } = frame;
  for (const wire of frame.scene.wires.values()) {
    const mark = markOf(wire.model, frame.nowMs);
    if (mark === undefined || !isVisible(frame, wire.path)) continue;
    context.globalAlpha = isMuted(frame, wire.model.id) ? MUTED_ALPHA : 1;
    const at = toScreen(view, pointAt(wire.path, 0.5));
    if (mark.kind === "cross") cross(frame, wire, at.x, at.y);
    else if (mark.kind === "badge") badge(frame, mark.state, at.x, at.y);
    else paintPill(frame, fitMark(mark, lengthOf(view, wire.path)), at.x, at.y);
  }
  for (const [id, progress] of frame.flashes) {
    const wire = frame.scene.wires.get(id);
    if (wire) flash(frame, wire, progress);
  }
  context.globalAlpha = 1;
}

function isVisible({ view }: Frame, path: WirePath): boolean {
  const { zoom, pan, width, height } = view;
  const left = Math.min(path.from.x, path.to.x, path.control.x) * zoom + pan.x;
  const right = Math.max(path.from.x, path.to.x, path.control.x) * zoom + pan.x;
  const top = Math.min(path.from.y, path.to.y, path.control.y) * zoom + pan.y;
  const bottom = Math.max(path.from.y, path.to.y, path.control.y) * zoom + pan.y;
  return left < width + 10 && right > -10 && top < height + 10 && bottom > -10;
}

function trace({ context, view }: Frame, path: WirePath): void {
  const a = toScreen(view, path.from);
  const b = toScreen(view, path.to);
  context.moveTo(a.x, a.y);
  if (path.isStraight) context.lineTo(b.x, b.y);
  else {
    const c = toScreen(view, path.control);
    context.quadraticCurveTo(c.x, c.y, b.x, b.y);
  }
}

/** A part of the wire, for those with a gap. Ten pieces are smooth enough for half a wire. */
function tracePart({ context, view }: Frame, path: WirePath, from: number, to: number): void {
  const start = toScreen(view, pointAt(path, from));
  context.moveTo(start.x, start.y);
  const steps = path.isStraight ? 1 : 10;
  for (let step = 1; step <= steps; step++) {
    const at = toScreen(view, pointAt(path, from + ((to - from) * step) / steps));
    context.lineTo(at.x, at.y);
  }
}

function paintWire(frame: Frame, { model, path }: SceneWire): void {
  const { context, palette, clock } = frame;
  const color = palette.wire[model.state];
  context.strokeStyle = color;
  context.lineDashOffset = 0;
  context.setLineDash(dashOf(model));
  if (model.state === "pending") context.lineDashOffset = -clock * DASH_SPEED;
  const lines =
    model.transport === "vxlan"
      ? rails(path, (DOUBLE_GAP * Math.max(0.6, Math.min(1, frame.view.zoom + 0.3))) / frame.view.zoom)
      : [path];
  context.beginPath();
  for (const line of lines) {
    if (model.state === "down") {
      const gap = Math.min(0.16, GAP_PX / Math.max(1, lengthOf(frame.view, path)));
      tracePart(frame, line, 0, 0.5 - gap);
      tracePart(frame, line, 1, 0.5 + gap);
    } else if (model.state === "impaired" && frame.view.zoom >= WAVE_ZOOM) traceWave(frame, line);
    else trace(frame, line);
  }
  const width = lines.length === 2 ? RAIL_WIDTH : model.state === "down" ? WIDTH_DOWN : WIDTH;
  context.lineWidth = width * Math.max(0.6, Math.min(1, frame.view.zoom + 0.3));
  context.stroke();
}

function dashOf({ state, faults }: SceneWire["model"]): number[] {
  if (state === "unknown") return [1.5, 5];
  if (state === "pending") return [8, 6];
  // Broken for a time only: told from a cut from the back of the room, where nobody reads the pill.
  return state === "down" && faults.length > 0 ? [11, 5] : [];
}

/** The line as a wave that dies out at both ends, where the ports are. */
function traceWave({ context, view }: Frame, path: WirePath): void {
  const length = lengthOf(view, path);
  const steps = Math.max(8, Math.ceil(length / WAVE.stepPx));
  for (let step = 0; step <= steps; step++) {
    const t = step / steps;
    const way = directionAt(path, t);
    const at = toScreen(view, pointAt(path, t));
    const fade = Math.min(1, (Math.min(t, 1 - t) * length) / WAVE.lengthPx);
    const away = Math.sin((t * length * 2 * Math.PI) / WAVE.lengthPx) * WAVE.heightPx * fade;
    const x = at.x - way.y * away;
    const y = at.y + way.x * away;
    if (step === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
}

/** The two lines of a tunnel, `gap` canvas units apart. */
function rails(path: WirePath, gap: number): WirePath[] {
  const way = directionAt(path, 0.5);
  return [gap / 2, -gap / 2].map((offset) => {
    const shift = (point: { x: number; y: number }) => ({ x: point.x - way.y * offset, y: point.y + way.x * offset });
    return { from: shift(path.from), control: shift(path.control), to: shift(path.to), isStraight: path.isStraight };
  });
}

function halo(frame: Frame, { path }: SceneWire, isSelected: boolean): void {
  const { context, palette } = frame;
  context.setLineDash([]);
  context.beginPath();
  trace(frame, path);
  context.strokeStyle = palette.accentSoft;
  context.lineWidth = isSelected ? 14 : 10;
  context.lineCap = "round";
  context.stroke();
  context.lineCap = "butt";
}

function cross(frame: Frame, { path }: SceneWire, x: number, y: number): void {
  const { context, palette, view } = frame;
  const size = Math.max(4.5, Math.min(7.5, 6.5 * view.zoom + 1));
  const way = directionAt(path, 0.5);
  const angle = Math.atan2(way.y, way.x);
  context.save();
  context.translate(x, y);
  context.rotate(angle);
  context.beginPath();
  context.moveTo(-size, -size);
  context.lineTo(size, size);
  context.moveTo(size, -size);
  context.lineTo(-size, size);
  context.strokeStyle = palette.wire.down;
  context.lineWidth = 3;
  context.lineCap = "round";
  context.stroke();
  context.restore();
}

function badge({ context, palette }: Frame, state: "degraded" | "error", x: number, y: number): void {
  context.beginPath();
  if (state === "error") context.roundRect(x - 9, y - 9, 18, 18, 4);
  else context.arc(x, y, 9.5, 0, Math.PI * 2);
  context.fillStyle = palette.wire[state];
  context.fill();
  context.fillStyle = palette.badgeText;
  context.font = `700 13px ${SANS}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(state === "error" ? "×" : "!", x, y + 0.5);
}

function flash(frame: Frame, { path }: SceneWire, progress: number): void {
  const { context, palette, view } = frame;
  const at = toScreen(view, pointAt(path, 0.5));
  context.globalAlpha = (1 - progress) * 0.7;
  context.beginPath();
  context.arc(at.x, at.y, 10 + progress * 46, 0, Math.PI * 2);
  context.strokeStyle = palette.wire.down;
  context.lineWidth = 3;
  context.stroke();
}
