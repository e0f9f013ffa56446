import { isCollapsed } from "../../graph/groups.js";
import type { Label } from "../../graph/labels.js";
import type { Frame } from "./frame.js";
import { paintBoxes } from "./paint-boxes.js";
import { paintFar } from "./paint-far.js";
import { paintGesture } from "./paint-gesture.js";
import { paintGround } from "./paint-ground.js";
import { paintLabels } from "./paint-labels.js";
import { paintNotes } from "./paint-notes.js";
import { paintPods } from "./paint-pods.js";
import { paintPorts } from "./paint-ports.js";
import { paintMarks, paintWires } from "./paint-wires.js";

/** Paints one picture, from the ground up. Answers the labels in it. */
export function paintScene(frame: Frame): Label[] {
  paintGround(frame);
  if (isCollapsed(frame.scene, frame.view.zoom)) {
    paintFar(frame);
    paintGesture(frame);
    return [];
  }
  paintBoxes(frame);
  paintWires(frame);
  paintPods(frame);
  paintPorts(frame);
  paintMarks(frame);
  const labels = paintLabels(frame);
  paintNotes(frame);
  paintGesture(frame);
  return labels;
}
