import { remainingText } from "../../graph/running-faults.js";
import { hasTitleInside, type SceneBox } from "../../graph/scene.js";
import { type Frame, SANS, toScreen } from "./frame.js";
import { bolt } from "./paint-pill.js";
import { fitText } from "./text.js";

/** Node boxes, under everything else. Their titles keep their size on the screen. */
export function paintBoxes(frame: Frame, isCollapsed = false): void {
  for (const box of frame.scene.boxes.values()) paintBox(frame, box, isCollapsed);
}

export function boxOnScreen(frame: Frame, box: SceneBox) {
  const { zoom } = frame.view;
  const { x, y } = toScreen(frame.view, { x: box.x - box.width / 2, y: box.y - box.height / 2 });
  return { x, y, width: box.width * zoom, height: box.height * zoom };
}

function paintBox(frame: Frame, box: SceneBox, isCollapsed: boolean): void {
  const { context, palette, selection, hovered, view } = frame;
  const { x, y, width, height } = boxOnScreen(frame, box);
  if (x > view.width || y > view.height || x + width < 0 || y + height < 0) return;
  const isSelected = selection.has(box.model.id);
  const radius = Math.min(14, 14 * Math.max(0.4, view.zoom));

  context.beginPath();
  context.roundRect(x, y, width, height, radius);
  context.fillStyle = palette.box;
  context.fill();
  if (!box.model.isKnown) hatch(frame, x, y, width, height);
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
  context.strokeStyle = isSelected ? palette.accent : palette.boxBorder;
  context.lineWidth = isSelected ? 2 : hovered === box.model.id ? 1.5 : 1;
  context.setLineDash(box.model.isKnown ? [] : [5, 4]);
  context.stroke();
  context.setLineDash([]);
  if (width < 64 || height < 34) return;
  const isInside = isCollapsed || hasTitleInside(view.zoom);
  title(frame, box, isInside ? x : x - 8, isInside ? y + Math.max(15, Math.min(22, 22 * view.zoom)) : y - 6, width);
}

/** Diagonal lines: nobody knows what happens in here. */
function hatch({ context, palette }: Frame, x: number, y: number, width: number, height: number): void {
  context.save();
  context.clip();
  context.strokeStyle = palette.boxHatch;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let offset = -height; offset < width; offset += 11) {
    context.moveTo(x + offset, y + height);
    context.lineTo(x + offset + height, y);
  }
  context.stroke();
  context.restore();
}

function title(frame: Frame, box: SceneBox, x: number, baseline: number, width: number): void {
  const { context, palette } = frame;
  const room = width - 24;
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.beginPath();
  context.arc(x + 15, baseline - 4, 3.5, 0, Math.PI * 2);
  context.fillStyle = box.model.isKnown ? palette.ready : palette.wire.unknown;
  context.fill();
  context.font = `600 12.5px ${SANS}`;
  context.fillStyle = palette.text;
  const name = fitText(context, box.model.name, room - 16);
  context.fillText(name, x + 25, baseline);
  const nameWidth = context.measureText(name).width;
  context.font = `12px ${SANS}`;
  context.fillStyle = palette.textSoft;
  let rest = room - 24 - nameWidth;
  let left = x + 33 + nameWidth;
  const [fault] = box.model.faults;
  if (fault !== undefined) {
    const text = fault.endsAt === null ? "" : remainingText(fault.endsAt - frame.nowMs);
    context.fillStyle = palette.wire.down;
    bolt(context, left, baseline - 10, 0.85);
    context.font = `600 12px ${SANS}`;
    context.fillText(text, left + 12, baseline);
    // As wide as the widest, or what follows would step about every second.
    left += FAULT_PX;
    rest -= FAULT_PX;
    context.font = `12px ${SANS}`;
    context.fillStyle = palette.textSoft;
  }
  if (rest > 40) context.fillText(fitText(context, subtitle(box), rest), left, baseline);
}

const FAULT_PX = 56;

function subtitle({ model }: SceneBox): string {
  const count = `${model.podCount} ${model.podCount === 1 ? "pod" : "pods"}`;
  if (model.isKnown) return count;
  return model.lastSeen === null ? `${count} · never seen` : `${count} · last seen ${timeOf(model.lastSeen)}`;
}

function timeOf(iso: string): string {
  return new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}
