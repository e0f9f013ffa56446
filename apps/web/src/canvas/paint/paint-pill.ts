import { PILL_HEIGHT_PX, pillWidth, type WireMark } from "../../graph/wire-mark.js";
import { type Frame, MONO } from "./frame.js";

type Pill = Extract<WireMark, { kind: "pill" }>;

/** A lightning bolt on a 10 by 14 grid. */
const BOLT = new Path2D("M6 0L0.5 8H4.2L3.4 14L9.5 5.6H5.4Z");

/** A full pill with figures on a wire: the colour of its state, and a bolt when it is broken on purpose. */
export function paintPill(
  { context, palette, view }: Frame,
  { text, hasBolt, tone }: Pill,
  x: number,
  y: number,
): void {
  const isSmall = text === "" || view.zoom < SMALL_ZOOM;
  const width = isSmall ? PILL_HEIGHT_PX : pillWidth(text, hasBolt);
  context.beginPath();
  context.roundRect(x - width / 2, y - PILL_HEIGHT_PX / 2, width, PILL_HEIGHT_PX, PILL_HEIGHT_PX / 2);
  context.fillStyle = tone === "unknown" ? palette.textSoft : palette.wire[tone];
  context.fill();
  context.strokeStyle = palette.ground;
  context.lineWidth = 1.5;
  context.stroke();
  context.fillStyle = palette.badgeText;
  const left = x - width / 2;
  if (hasBolt) bolt(context, isSmall ? x - 4 : left + 7, y - 6, 0.85);
  if (isSmall) {
    if (!hasBolt) {
      context.font = `700 13px ${MONO}`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText("~", x, y + 0.5);
    }
    return;
  }
  context.font = `600 11px ${MONO}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, left + (hasBolt ? 19 : 8), y + 0.5);
}

/** Below this a pill of full width would hide its wire. */
const SMALL_ZOOM = 0.4;

/** In the current fill colour, upper left corner at x, y. */
export function bolt(context: CanvasRenderingContext2D, x: number, y: number, scale: number): void {
  context.save();
  context.translate(x, y);
  context.scale(scale, scale);
  context.fill(BOLT);
  context.restore();
}
