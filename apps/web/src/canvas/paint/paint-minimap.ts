import type { View } from "../../graph/labels.js";
import type { Point } from "../../graph/point.js";
import { around, type Scene } from "../../graph/scene.js";
import type { Palette } from "../palette.js";

export interface MinimapView {
  scale: number;
  /** Canvas point in the minimap's upper left corner. */
  origin: Point;
}

/** Paints the whole scene small, with the window on it. Returns how its pixels map to the canvas. */
export function paintMinimap(
  context: CanvasRenderingContext2D,
  size: { width: number; height: number },
  scene: Scene,
  view: View,
  palette: Palette,
): MinimapView {
  const window = {
    x: (view.width / 2 - view.pan.x) / view.zoom,
    y: (view.height / 2 - view.pan.y) / view.zoom,
    width: view.width / view.zoom,
    height: view.height / view.zoom,
  };
  const all = around([...scene.boxes.values(), ...scene.pods.values()], 60);
  const scale = Math.min(size.width / Math.max(1, all.width), size.height / Math.max(1, all.height));
  const origin = { x: all.x - size.width / scale / 2, y: all.y - size.height / scale / 2 };
  const x = (value: number) => (value - origin.x) * scale;
  const y = (value: number) => (value - origin.y) * scale;

  context.clearRect(0, 0, size.width, size.height);
  for (const box of scene.boxes.values()) {
    context.fillStyle = palette.box;
    context.strokeStyle = palette.boxBorder;
    context.lineWidth = 1;
    context.beginPath();
    context.rect(x(box.x - box.width / 2), y(box.y - box.height / 2), box.width * scale, box.height * scale);
    context.fill();
    context.stroke();
  }
  for (const { model, path } of scene.wires.values()) {
    context.strokeStyle = palette.wire[model.state];
    context.lineWidth = model.state === "down" ? 1.6 : 0.8;
    context.beginPath();
    context.moveTo(x(path.from.x), y(path.from.y));
    context.lineTo(x(path.to.x), y(path.to.y));
    context.stroke();
  }
  context.fillStyle = palette.textSoft;
  for (const pod of scene.pods.values()) {
    const width = Math.max(2, pod.width * scale);
    const height = Math.max(2, pod.height * scale);
    context.fillRect(x(pod.x) - width / 2, y(pod.y) - height / 2, width, height);
  }
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.2;
  context.beginPath();
  context.rect(
    x(window.x - window.width / 2),
    y(window.y - window.height / 2),
    window.width * scale,
    window.height * scale,
  );
  context.stroke();
  return { scale, origin };
}
