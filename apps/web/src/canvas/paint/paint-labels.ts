import { type Label, placeLabels } from "../../graph/labels.js";
import { rateLabel } from "../../graph/rates.js";
import { type Frame, isMuted, MONO } from "./frame.js";

const FONT: Record<Label["kind"], string> = {
  name: `600 11.5px ${MONO}`,
  address: `11px ${MONO}`,
  vni: `600 11px ${MONO}`,
  rtt: `650 12px ${MONO}`,
  rate: `500 11px ${MONO}`,
};
/** Advance of one character of the monospaced font, by size. */
const ADVANCE: Record<Label["kind"], number> = { name: 6.95, address: 6.65, vni: 6.65, rtt: 7.25, rate: 6.65 };
const PADDING: Record<Label["kind"], number> = { name: 4, address: 4, vni: 14, rtt: 8, rate: 6 };

/** Interface names, addresses, VNIs and figures, where they fit. Answers what was painted. */
export function paintLabels(frame: Frame): Label[] {
  const { context, palette, selection, hovered, scene } = frame;
  const favoured = new Set([...selection, ...(hovered === null ? [] : [hovered])].filter((id) => scene.wires.has(id)));
  const labels = placeLabels(scene, frame.view, {
    measure: (kind, text) => text.length * ADVANCE[kind] + PADDING[kind],
    favoured,
    muted: (id) => isMuted(frame, id),
    measured: ({ model, path }) => ({
      rtt: frame.rtts.get(model.name) ?? model.measured,
      rate: frame.rates === undefined ? "" : rateLabel(frame.rates.get(model.uid), path, frame.browserMs),
    }),
  });
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.lineJoin = "round";
  for (const kind of ["rate", "address", "name", "vni", "rtt"] as const) {
    context.font = FONT[kind];
    for (const label of labels) if (label.kind === kind) paintLabel(frame, label, palette);
  }
  return labels;
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
  context.strokeStyle = kind === "rtt" || kind === "rate" ? palette.ground : palette.box;
  context.lineWidth = 3;
  context.strokeText(text, x + PADDING[kind] / 2, y + height / 2);
  context.fillStyle = kind === "name" ? palette.text : kind === "rtt" ? palette.accent : palette.textSoft;
  context.fillText(text, x + PADDING[kind] / 2, y + height / 2);
}
