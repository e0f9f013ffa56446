import type { ScenePod } from "../../graph/scene.js";
import type { Palette } from "../palette.js";
import { type Frame, isMuted, MUTED_ALPHA, SANS, toScreen } from "./frame.js";
import { iconPath } from "./icons.js";
import { fitText } from "./text.js";

/** Cards of pods; they grow and shrink with the zoom. */
export function paintPods(frame: Frame): void {
  const { context, view } = frame;
  for (const pod of frame.scene.pods.values()) {
    const at = toScreen(view, { x: pod.x - pod.width / 2, y: pod.y - pod.height / 2 });
    const width = pod.width * view.zoom;
    const height = pod.height * view.zoom;
    if (at.x > view.width + 20 || at.y > view.height + 20 || at.x + width < -20 || at.y + height < -20) continue;
    context.globalAlpha = isMuted(frame, pod.model.id) ? MUTED_ALPHA : 1;
    paintCard(frame, pod, at.x, at.y, width, height);
  }
  context.globalAlpha = 1;
}

function paintCard(frame: Frame, pod: ScenePod, x: number, y: number, width: number, height: number): void {
  const { context, palette, view, selection } = frame;
  const { id, phase } = pod.model;
  const isSelected = selection.has(id);
  const isOutline = phase === "Gone" || phase === "Absent";
  const radius = 9 * view.zoom;

  if (isSelected || frame.hoveredRim === id) {
    context.beginPath();
    context.roundRect(x - 4, y - 4, width + 8, height + 8, radius + 4);
    context.lineWidth = isSelected ? 2 : 1.5;
    context.strokeStyle = palette.accent;
    context.setLineDash(frame.hoveredRim === id && !isSelected ? [3, 3] : []);
    context.stroke();
    context.setLineDash([]);
  }
  if (!isOutline && view.zoom > 0.4) {
    context.beginPath();
    context.roundRect(x, y + 1.5, width, height, radius);
    context.fillStyle = palette.cardShadow;
    context.fill();
  }
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
  context.fillStyle = isOutline ? palette.box : palette.card;
  context.fill();
  context.lineWidth = frame.hovered === id ? 1.6 : 1.1;
  context.strokeStyle = isSelected ? palette.accent : frame.hovered === id ? palette.textSoft : palette.cardBorder;
  context.setLineDash(isOutline ? [5, 4] : []);
  context.stroke();
  context.setLineDash([]);
  if (view.zoom >= 0.3) cardFace(frame, pod, x, y, width, height, isOutline);
}

function cardFace(
  { context, palette, view }: Frame,
  pod: ScenePod,
  x: number,
  y: number,
  width: number,
  height: number,
  isOutline: boolean,
): void {
  const { zoom } = view;
  const { model } = pod;
  const icon = 17 * zoom;
  context.save();
  context.translate(x + 12 * zoom, y + (height - icon) / 2);
  context.scale(icon / 24, icon / 24);
  context.strokeStyle = isOutline ? palette.wire.unknown : palette.textSoft;
  context.lineWidth = 1.9;
  context.lineJoin = "round";
  context.lineCap = "round";
  context.stroke(iconPath(model.role));
  context.restore();

  dot(context, palette, model.isPending ? "Pending" : model.phase, x + width - 18 * zoom, y + height / 2, 4 * zoom);
  const size = Math.max(9, 13 * zoom);
  context.font = `550 ${size}px ${SANS}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = isOutline || model.phase === "Unknown" ? palette.textSoft : palette.text;
  const textX = x + 36 * zoom;
  const room = x + width - 26 * zoom - textX;
  const word = isOutline ? (model.phase === "Gone" ? "gone" : "not there yet") : undefined;
  const middle = y + height / 2 + 0.5;
  if (word === undefined || zoom < 0.55) {
    context.fillText(fitText(context, model.name, room), textX, middle);
    return;
  }
  context.fillText(fitText(context, model.name, room), textX, middle - 7 * zoom);
  context.font = `${Math.max(9, 10.5 * zoom)}px ${SANS}`;
  context.fillStyle = palette.textSoft;
  context.fillText(word, textX, middle + 8 * zoom);
}

/** Ready full, Pending half, Gone a cross, Unknown hollow: told apart without colour too. */
function dot(
  context: CanvasRenderingContext2D,
  palette: Palette,
  phase: ScenePod["model"]["phase"],
  x: number,
  y: number,
  radius: number,
): void {
  context.beginPath();
  context.lineWidth = Math.max(1, radius * 0.42);
  if (phase === "Ready") {
    context.arc(x, y, radius, 0, Math.PI * 2);
    context.fillStyle = palette.ready;
    context.fill();
  } else if (phase === "Pending") {
    context.strokeStyle = palette.wire.pending;
    context.fillStyle = palette.wire.pending;
    context.arc(x, y, radius, 0, Math.PI * 2);
    context.stroke();
    context.beginPath();
    context.arc(x, y, radius, -Math.PI / 2, Math.PI / 2);
    context.fill();
  } else if (phase === "Gone") {
    context.strokeStyle = palette.wire.down;
    context.moveTo(x - radius, y - radius);
    context.lineTo(x + radius, y + radius);
    context.moveTo(x + radius, y - radius);
    context.lineTo(x - radius, y + radius);
    context.stroke();
  } else {
    context.strokeStyle = palette.wire.unknown;
    context.arc(x, y, radius * 0.85, 0, Math.PI * 2);
    context.stroke();
  }
}
