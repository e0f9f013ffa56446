import type { Frame } from "./frame.js";

const STEP = 28;

/** The ground with a faint grid of dots that moves with it. */
export function paintGround({ context, view, palette }: Frame): void {
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, view.width, view.height);
  let step = STEP * view.zoom;
  while (step < 18) step *= 2;
  const size = 1;
  context.fillStyle = palette.grid;
  const startX = ((view.pan.x % step) + step) % step;
  const startY = ((view.pan.y % step) + step) % step;
  for (let x = startX; x < view.width; x += step) {
    for (let y = startY; y < view.height; y += step) context.fillRect(Math.round(x), Math.round(y), size, size);
  }
}
