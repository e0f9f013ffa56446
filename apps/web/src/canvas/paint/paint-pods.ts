import type { ScenePod } from "../../graph/scene.js";
import type { Palette } from "../palette.js";
import { type Frame, isMuted, MUTED_ALPHA, SANS, toScreen } from "./frame.js";
import { iconPath } from "./icons.js";
import { bolt } from "./paint-pill.js";
import { fitTail, fitText } from "./text.js";

/** Below this a card is too small for icon and name. */
const ICON_ZOOM = 0.55;

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
  if (pod.model.faults.length > 0) faultCorner(frame, x + width, y);
  if (view.zoom >= 0.3) cardFace(frame, pod, x, y, width, height, isOutline);
}

/** A round badge on the upper right corner: broken on purpose. */
function faultCorner({ context, palette }: Frame, x: number, y: number): void {
  context.beginPath();
  context.arc(x, y, 9, 0, Math.PI * 2);
  context.fillStyle = palette.wire.down;
  context.fill();
  context.strokeStyle = palette.ground;
  context.lineWidth = 1.5;
  context.stroke();
  context.fillStyle = palette.badgeText;
  bolt(context, x - 4.2, y - 6, 0.85);
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
  const hasIcon = zoom >= ICON_ZOOM;
  if (hasIcon)
    paintIcon(context, palette, model.role, isOutline, { x: x + 12 * zoom, y: y + height / 2, size: 17 * zoom });
  const dotRadius = Math.max(2, 4 * zoom);
  const dotX = x + width - (hasIcon ? 18 * zoom : dotRadius + 3);
  dot(context, palette, model.isPending ? "Pending" : model.phase, dotX, y + height / 2, dotRadius);
  const size = Math.max(zoom >= 0.42 ? 9.5 : 8, 13 * zoom);
  context.font = `550 ${size}px ${SANS}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = isOutline || model.phase === "Unknown" ? palette.textSoft : palette.text;
  const textX = x + (hasIcon ? 36 * zoom : 4);
  const room = dotX - dotRadius - 3 - textX;
  const word = isOutline ? (model.phase === "Gone" ? "gone" : "not there yet") : undefined;
  const middle = y + height / 2 + 0.5;
  if (word === undefined || zoom < 0.55) {
    const fit = hasIcon ? fitText : fitTail;
    context.fillText(fit(context, model.name, room), textX, middle);
    return;
  }
  context.fillText(fitText(context, model.name, room), textX, middle - 7 * zoom);
  context.font = `${Math.max(9, 10.5 * zoom)}px ${SANS}`;
  context.fillStyle = palette.textSoft;
  context.fillText(word, textX, middle + 8 * zoom);
}

function paintIcon(
  context: CanvasRenderingContext2D,
  palette: Palette,
  role: ScenePod["model"]["role"],
  isOutline: boolean,
  at: { x: number; y: number; size: number },
): void {
  context.save();
  context.translate(at.x, at.y - at.size / 2);
  context.scale(at.size / 24, at.size / 24);
  context.strokeStyle = isOutline ? palette.wire.unknown : palette.textSoft;
  context.lineWidth = 1.9;
  context.lineJoin = "round";
  context.lineCap = "round";
  context.stroke(iconPath(role));
  context.restore();
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
