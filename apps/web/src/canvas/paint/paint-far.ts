import { bundleWires } from "../../graph/groups.js";
import type { WireState } from "../../graph/wire-state.js";
import { type Frame, SANS, toScreen } from "./frame.js";
import { boxOnScreen, paintBoxes } from "./paint-boxes.js";

const ORDER: WireState[] = ["down", "error", "degraded", "impaired", "pending", "unknown", "up"];

/** Boxes as counted groups with bundles of wires between them, for when single things are too small to see. */
export function paintFar(frame: Frame): void {
  const { context, scene, view, palette } = frame;
  const { bundles, inside } = bundleWires(scene);
  for (const bundle of bundles) {
    const a = scene.boxes.get(bundle.a);
    const b = scene.boxes.get(bundle.b);
    if (!a || !b) continue;
    const from = toScreen(view, a);
    const to = toScreen(view, b);
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.strokeStyle = palette.wire[bundle.worst];
    context.lineWidth = Math.min(5, 1.5 + Math.log2(bundle.count) / 2);
    context.stroke();
  }
  paintBoxes(frame, true);
  for (const box of scene.boxes.values()) {
    const { x, y, width, height } = boxOnScreen(frame, box);
    if (width >= 70 && height >= 50)
      tally(frame, inside.get(box.model.id), x + width / 2, y + height / 2 + 8, width - 16);
  }
  for (const bundle of bundles) {
    const a = scene.boxes.get(bundle.a);
    const b = scene.boxes.get(bundle.b);
    if (!a || !b) continue;
    const at = toScreen(view, { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
    pill(frame, String(bundle.count), at.x, at.y, palette.wire[bundle.worst]);
  }
}

/** "3 down  84 up", the worst first, as many as there is room for. */
function tally(
  { context, palette }: Frame,
  states: ReadonlyMap<WireState, number> | undefined,
  x: number,
  y: number,
  room: number,
): void {
  if (!states) return;
  context.font = `600 13px ${SANS}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const parts: { text: string; state: WireState; width: number }[] = [];
  let used = 0;
  for (const state of ORDER) {
    const count = states.get(state);
    if (count === undefined) continue;
    const text = `${count} ${state}`;
    const width = context.measureText(text).width + 12;
    if (used + width > room) break;
    parts.push({ text, state, width });
    used += width;
  }
  let at = x - used / 2 + 6;
  for (const { text, state, width } of parts) {
    context.fillStyle = palette.wire[state];
    context.fillText(text, at, y);
    at += width;
  }
}

function pill({ context, palette }: Frame, text: string, x: number, y: number, color: string): void {
  context.font = `600 11px ${SANS}`;
  const width = context.measureText(text).width + 14;
  context.beginPath();
  context.roundRect(x - width / 2, y - 9, width, 18, 9);
  context.fillStyle = palette.ground;
  context.fill();
  context.strokeStyle = color;
  context.lineWidth = 1.3;
  context.stroke();
  context.fillStyle = color;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x, y + 0.5);
}
