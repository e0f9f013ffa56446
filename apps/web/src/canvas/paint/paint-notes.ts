import { pointAt } from "../../graph/wire-path.js";
import { type Frame, toScreen } from "./frame.js";
import { bubble } from "./paint-gesture.js";

/** Who changed what, beside it, for a moment. */
export function paintNotes(frame: Frame): void {
  for (const { id, actor } of frame.notes) {
    const pod = frame.scene.pods.get(id);
    const wire = frame.scene.wires.get(id);
    const place = pod ? { x: pod.x, y: pod.y + pod.height / 2 } : wire ? pointAt(wire.path, 0.5) : undefined;
    if (!place) continue;
    const at = toScreen(frame.view, place);
    bubble(frame, actor, at.x + 10, at.y + 14, frame.palette.accent);
  }
}
