import { type Label, placeLabels } from "../../graph/labels.js";
import { type Frame, isMuted, MONO } from "./frame.js";

const FONT: Record<Label["kind"], string> = {
  name: `600 11.5px ${MONO}`,
  address: `11px ${MONO}`,
  vni: `600 11px ${MONO}`,
};
/** Advance of one character of the monospaced font, by size. */
const ADVANCE: Record<Label["kind"], number> = { name: 6.95, address: 6.65, vni: 6.65 };
const PADDING: Record<Label["kind"], number> = { name: 4, address: 4, vni: 14 };

/** Interface names, addresses and VNIs, where they fit. */
export function paintLabels(frame: Frame): void {
  const { context, palette, selection, hovered, scene } = frame;
  const favoured = new Set([...selection, ...(hovered === null ? [] : [hovered])].filter((id) => scene.wires.has(id)));
  const labels = placeLabels(scene, frame.view, {
    measure: (kind, text) => text.length * ADVANCE[kind] + PADDING[kind],
    favoured,
    muted: (id) => isMuted(frame, id),
  });
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.lineJoin = "round";
  for (const kind of ["address", "name", "vni"] as const) {
    context.font = FONT[kind];
    for (const label of labels) if (label.kind === kind) paintLabel(frame, label, palette);
  }
}

function paintLabel({ context, scene }: Frame, label: Label, palette: Frame["palette"]): void {
  const { kind, text, x, y, width, height } = label;
  const state = scene.wires.get(label.wire)?.model.state ?? "unknown";
  if (kind === "vni") {
    context.beginPath();
    context.roundRect(x, y, width, height, height / 2);
    context.fillStyle = palette.ground;
    context.fill();
    context.strokeStyle = palette.wire[state];
    context.lineWidth = 1.3;
    context.stroke();
    context.fillStyle = state === "unknown" ? palette.textSoft : palette.wire[state];
    context.fillText(text, x + PADDING.vni / 2, y + height / 2 + 0.5);
    return;
  }
  // A rim of the ground's colour keeps the text legible where it crosses a border.
  context.strokeStyle = palette.box;
  context.lineWidth = 3;
  context.strokeText(text, x + PADDING[kind] / 2, y + height / 2);
  context.fillStyle = kind === "name" ? palette.text : palette.textSoft;
  context.fillText(text, x + PADDING[kind] / 2, y + height / 2);
}
