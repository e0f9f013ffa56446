import type { Point } from "../../graph/point.js";
import { rimPoint } from "../../graph/rim.js";
import type { ScenePod } from "../../graph/scene.js";
import { type Frame, SANS, toScreen } from "./frame.js";

/** What the mouse is about to do, before it does it. */
export function paintGesture(frame: Frame): void {
  const { gesture, scene, context, palette, view } = frame;
  for (const ghost of frame.ghosts) {
    line(frame, ghost.from, ghost.to, palette.wire.unknown, [3, 6]);
  }
  if (gesture.kind === "drawing") {
    const from = scene.pods.get(gesture.from);
    if (from) ghostWire(frame, from, gesture.at, gesture.target, gesture.refusal, gesture.hint);
  } else if (gesture.kind === "rerouting") {
    const wire = scene.wires.get(gesture.wire);
    const staying = wire && scene.pods.get(wire.model.ends[gesture.end === 0 ? 1 : 0].pod);
    if (staying) ghostWire(frame, staying, gesture.at, gesture.target, gesture.refusal, gesture.hint);
  } else if (gesture.kind === "boxing") {
    const a = toScreen(view, gesture.from);
    const b = toScreen(view, gesture.at);
    context.beginPath();
    context.rect(Math.min(a.x, b.x), Math.min(a.y, b.y), Math.abs(a.x - b.x), Math.abs(a.y - b.y));
    context.fillStyle = palette.accentSoft;
    context.fill();
    context.strokeStyle = palette.accent;
    context.lineWidth = 1;
    context.stroke();
  }
}

function ghostWire(
  frame: Frame,
  from: ScenePod,
  at: Point,
  targetId: string | null,
  refusal: string | null,
  hint: string | null,
): void {
  const { context, palette, view, scene } = frame;
  const target = targetId === null ? undefined : scene.pods.get(targetId);
  const end = target && refusal === null ? rimPoint(target, from) : at;
  const start = rimPoint(from, end);
  const isRefused = target !== undefined && refusal !== null;
  const color = isRefused ? palette.wire.down : palette.accent;
  line(frame, start, end, color, [7, 5]);
  if (target) {
    const corner = toScreen(view, { x: target.x - target.width / 2, y: target.y - target.height / 2 });
    context.beginPath();
    const { zoom } = view;
    context.roundRect(corner.x - 5, corner.y - 5, target.width * zoom + 10, target.height * zoom + 10, 9 * zoom + 5);
    context.strokeStyle = color;
    context.lineWidth = 2.2;
    context.stroke();
  }
  const cursor = toScreen(view, at);
  const tip = toScreen(view, end);
  context.beginPath();
  context.arc(tip.x, tip.y, 5, 0, Math.PI * 2);
  context.fillStyle = color;
  context.fill();
  const text = refusal ?? hint;
  if (text !== null) bubble(frame, text, cursor.x + 16, cursor.y + 20, isRefused ? color : palette.text);
}

function line({ context, view }: Frame, from: Point, to: Point, color: string, dash: number[]): void {
  const a = toScreen(view, from);
  const b = toScreen(view, to);
  context.beginPath();
  context.moveTo(a.x, a.y);
  context.lineTo(b.x, b.y);
  context.setLineDash(dash);
  context.strokeStyle = color;
  context.lineWidth = 2;
  context.stroke();
  context.setLineDash([]);
}

/** A small text on a card. Used for hints at the mouse and names beside changes. */
export function bubble({ context, palette }: Frame, text: string, x: number, y: number, color: string): void {
  context.font = `500 12px ${SANS}`;
  const width = context.measureText(text).width + 18;
  context.beginPath();
  context.roundRect(x, y, width, 26, 7);
  context.fillStyle = palette.card;
  context.fill();
  context.strokeStyle = palette.cardBorder;
  context.lineWidth = 1;
  context.stroke();
  context.fillStyle = color;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, x + 9, y + 13.5);
}
