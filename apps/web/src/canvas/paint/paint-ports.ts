import type { Point } from "../../graph/point.js";
import { type Frame, isMuted, MUTED_ALPHA, toScreen } from "./frame.js";

/** Dots where wires leave: full with carrier, hollow without, faint while unknown. Handles on selected wires. */
export function paintPorts(frame: Frame): void {
  const { context, scene, view, palette, selection } = frame;
  const radius = Math.max(1.6, Math.min(4.2, 4 * view.zoom));
  if (view.zoom < 0.16) return;
  for (const wire of scene.wires.values()) {
    const { model, path } = wire;
    context.globalAlpha = isMuted(frame, model.id) ? MUTED_ALPHA : 1;
    const isSelected = selection.has(model.id);
    for (const index of [0, 1] as const) {
      const at = toScreen(view, index === 0 ? path.from : path.to);
      if (at.x < -10 || at.y < -10 || at.x > view.width + 10 || at.y > view.height + 10) continue;
      const color = palette.wire[model.state];
      if (isSelected) handle(frame, at);
      context.beginPath();
      context.arc(at.x, at.y, radius, 0, Math.PI * 2);
      if (model.ends[index].carrier === true && model.state !== "down") {
        context.fillStyle = color;
        context.fill();
        context.strokeStyle = palette.card;
        context.lineWidth = 1;
        context.stroke();
      } else {
        context.fillStyle = palette.card;
        context.fill();
        context.strokeStyle = color;
        context.lineWidth = 1.6;
        context.stroke();
      }
    }
  }
  context.globalAlpha = 1;
}

/** The ring by which an end is dragged to another pod. */
function handle({ context, palette }: Frame, at: Point): void {
  context.beginPath();
  context.arc(at.x, at.y, 8.5, 0, Math.PI * 2);
  context.fillStyle = palette.card;
  context.fill();
  context.strokeStyle = palette.accent;
  context.lineWidth = 2;
  context.stroke();
}
