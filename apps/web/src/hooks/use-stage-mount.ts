import { type RefObject, useEffect } from "react";
import { rerouteTo } from "../actions/reroute-to.js";
import { saveLayout } from "../actions/save-layout.js";
import { controlPointer } from "../canvas/pointer-control.js";
import { Stage } from "../canvas/stage.js";
import { useStageSlot } from "../canvas/stage-context.js";
import { exposeStage } from "../canvas/test-handle.js";
import { useModel } from "../state/model-store.js";
import { rttTexts, usePings } from "../state/ping-store.js";
import { useTelemetry } from "../state/telemetry-store.js";
import { useTopology } from "../state/topology-store.js";
import { ui, useUi } from "../state/ui-store.js";
import { viewChanged } from "../state/view-store.js";

interface Mount {
  wrapper: RefObject<HTMLElement | null>;
  graph: RefObject<HTMLDivElement | null>;
  canvas: RefObject<HTMLCanvasElement | null>;
  isDark: boolean;
}

/** Builds the stage once and feeds it from the stores, without React in between. */
export function useStageMount({ wrapper, graph, canvas, isDark }: Mount): void {
  const { stage, setStage } = useStageSlot();
  useEffect(() => {
    if (!wrapper.current || !graph.current || !canvas.current) return;
    const own = new Stage(graph.current, canvas.current, {
      onPlaced: saveLayout,
      onView: () => viewChanged(own),
    });
    const { rates } = useTelemetry.getState();
    const saved = () => useTopology.getState().layout.positions;
    const stops = [
      useModel.subscribe((now) => own.show({ model: now.model, matches: now.matches }, saved())),
      useUi.subscribe((now) => own.show({ selection: now.selection, hovered: now.hovered })),
      useTelemetry.subscribe(() => own.show({ rates: useUi.getState().hasRates ? rates : undefined })),
      useUi.subscribe((now, before) => {
        if (now.hasRates !== before.hasRates) own.show({ rates: now.hasRates ? rates : undefined });
      }),
      usePings.subscribe(({ pings }) => own.show({ rtts: rttTexts(pings) })),
      useTopology.subscribe((now, before) => {
        if (now.layout !== before.layout) own.moveTo(now.layout.positions);
        if (now.notes !== before.notes) own.show({ notes: now.notes });
        if (now.clockSkewMs !== before.clockSkewMs) own.show({ clockSkewMs: now.clockSkewMs });
        if (now.phase !== before.phase) own.adapter.lock(now.phase === "silent");
      }),
      controlPointer(wrapper.current, own, {
        onWireDrawn: (from, to, at) => ui.open({ kind: "wire-form", from, to, at }),
        onRerouted: rerouteTo,
      }),
      exposeStage(own, (name) => useModel.getState().model.pods.get(`pod/${name}`)?.phase ?? null),
    ];
    const { model, matches } = useModel.getState();
    const { selection, hovered } = useUi.getState();
    own.show({ model, matches, selection, hovered }, saved());
    setStage(own);
    return () => {
      for (const stop of stops) stop();
      own.destroy();
      setStage(null);
    };
  }, [wrapper, graph, canvas, setStage]);
  useEffect(() => stage?.setTheme(isDark), [stage, isDark]);
}
