import { useEffect, useState } from "react";
import { Anchored } from "../canvas/anchored.js";
import { useStage } from "../canvas/stage-context.js";
import { actionText } from "../graph/fault-text.js";
import { impairedWays, impairmentText } from "../graph/impairment-text.js";
import { endText } from "../graph/link-rows.js";
import { pointAt } from "../graph/wire-path.js";
import { stateWord } from "../graph/wire-state.js";
import { useModel } from "../state/model-store.js";
import { useTopology } from "../state/topology-store.js";
import { useUi } from "../state/ui-store.js";
import { StateLabel } from "./state-mark.js";

const AFTER_MS = 450;

/** What is to be said of a wire that the mouse rests on: its state and why, what breaks or impairs it, where it comes from. */
export function WireTip() {
  const hovered = useUi((state) => (state.popup === null && state.hovered?.startsWith("link/") ? state.hovered : null));
  const [rested, setRested] = useState<string | null>(null);
  useEffect(() => {
    setRested(null);
    if (hovered === null) return;
    const timer = window.setTimeout(() => setRested(hovered), AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [hovered]);
  const wire = useModel((state) => (rested === null ? undefined : state.model.wires.get(rested)));
  const link = useTopology((state) => (wire === undefined ? undefined : state.stream.links.get(wire.name)));
  const faults = useTopology((state) => state.stream.faults);
  const stage = useStage();
  if (!wire || !link || !stage) return null;
  const place = () => {
    const path = stage.scene.wires.get(wire.id)?.path;
    return path && pointAt(path, 0.5);
  };
  const suffered = impairedWays(link).flatMap((fields, way) =>
    fields === undefined ? [] : [`from ${endText(wire, way as 0 | 1)}: ${impairmentText(fields)}`],
  );
  const broken = wire.faults.flatMap(({ name }) => {
    const fault = faults.get(name);
    return fault === undefined ? [] : [`${actionText(fault.spec.action)}, by ${fault.status.by}`];
  });
  return (
    <Anchored at={place} offset={{ x: 14, y: 26 }} align="inside" className="float wire-tip">
      <div role="tooltip" data-testid="wire-tip">
        <div className="wire-tip-head">
          <b>{wire.name}</b>
          <StateLabel word={stateWord(wire)} />
        </div>
        <div className="mono soft">
          {endText(wire, 0)} to {endText(wire, 1)}
        </div>
        {wire.message !== "" && <div>{wire.message}</div>}
        {[...broken, ...suffered].map((text) => (
          <div key={text}>{text}</div>
        ))}
        {wire.owner !== null && (
          <div className="soft">From Kubernetes{wire.owner === "" ? "" : `, pod ${wire.owner}`}</div>
        )}
      </div>
    </Anchored>
  );
}
