import { PILL_HEIGHT_PX, pillWidth, type WireMark } from "../../graph/wire-mark.js";
import { type Frame, MONO } from "./frame.js";

type Pill = Extract<WireMark, { kind: "pill" }>;

/** A lightning bolt on a 10 by 14 grid. */
const BOLT = new Path2D("M6 0L0.5 8H4.2L3.4 14L9.5 5.6H5.4Z");

/** Below this a pill of full width would hide its wire. */
const SMALL_ZOOM = 0.4;
/** A sign is never smaller than this part of its size. */
const LEAST_SCALE = 0.5;

/** A full pill with figures on a wire: the colour of its state, and a bolt when it is broken on purpose. */
export function paintPill(frame: Frame, { text, hasBolt, tone }: Pill, x: number, y: number): void {
  const { context, palette, view } = frame;
  const isSign = text === "" || view.zoom < SMALL_ZOOM;
  const scale = isSign ? Math.max(LEAST_SCALE, Math.min(1, view.zoom / SMALL_ZOOM)) : 1;
  const height = PILL_HEIGHT_PX * scale;
  const width = isSign ? height : pillWidth(text, hasBolt);
  context.beginPath();
  context.roundRect(x - width / 2, y - height / 2, width, height, height / 2);
  context.fillStyle = tone === "unknown" ? palette.textSoft : palette.wire[tone];
  context.fill();
  context.strokeStyle = palette.ground;
  context.lineWidth = 1.5 * scale;
  context.stroke();
  context.fillStyle = palette.badgeText;
  context.textBaseline = "middle";
  if (isSign) {
    if (hasBolt) bolt(context, x - 4.2 * scale, y - 6 * scale, 0.85 * scale);
    else {
      context.font = `700 ${13 * scale}px ${MONO}`;
      context.textAlign = "center";
      context.fillText("~", x, y + 0.5);
    }
    return;
  }
  const left = x - width / 2;
  if (hasBolt) bolt(context, left + 7, y - 6, 0.85);
  context.font = `600 11px ${MONO}`;
  context.textAlign = "left";
  context.fillText(text, left + (hasBolt ? 19 : 8), y + 0.5);
}

/** In the current fill colour, upper left corner at x, y. */
export function bolt(context: CanvasRenderingContext2D, x: number, y: number, scale: number): void {
  context.save();
  context.translate(x, y);
  context.scale(scale, scale);
  context.fill(BOLT);
  context.restore();
}
