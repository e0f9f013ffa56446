import { useRef } from "react";
import { useDarkTheme } from "../hooks/use-dark-theme.js";
import { useStageMount } from "../hooks/use-stage-mount.js";
import { useModel } from "../state/model-store.js";
import { useTopology } from "../state/topology-store.js";
import { Banner } from "../ui/banner.js";
import { PodForm } from "../ui/forms/pod-form.js";
import { ReroutePicker } from "../ui/forms/reroute-picker.js";
import { WireForm } from "../ui/forms/wire-form.js";
import { WirePicker } from "../ui/forms/wire-picker.js";
import { Legend } from "../ui/legend.js";
import { ContextMenu } from "../ui/menus/context-menu.js";
import { Minimap } from "../ui/minimap.js";
import { RefusalBubble } from "../ui/refusal-bubble.js";
import { StageSkeleton } from "../ui/stage-skeleton.js";
import { Welcome } from "../ui/welcome/welcome.js";
import { WireButtons } from "../ui/wire-buttons.js";
import { WireTip } from "../ui/wire-tip.js";
import { ZoomButtons } from "../ui/zoom-buttons.js";

/** The canvas with what floats over it. */
export function CanvasView() {
  const wrapper = useRef<HTMLElement>(null);
  const graph = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useStageMount({ wrapper, graph, canvas, isDark: useDarkTheme() });
  const isLoading = useTopology((state) => state.stream.storeId === null);
  const isEmpty = useModel(({ model }) => model.pods.size === 0 && model.wires.size === 0) && !isLoading;
  return (
    <main
      className="stage"
      ref={wrapper}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the canvas takes arrows, +, - and letters
      tabIndex={0}
      aria-label="Topology. Arrows move the view, plus and minus zoom, question mark lists all keys. The table of links below holds the same facts."
      data-testid="canvas"
    >
      <canvas ref={canvas} />
      <div className="graph" ref={graph} />
      <Banner />
      {isLoading && <StageSkeleton />}
      {isEmpty && <Welcome />}
      <WireButtons />
      <WireTip />
      <WireForm />
      <PodForm />
      <WirePicker />
      <ReroutePicker />
      <RefusalBubble />
      <ContextMenu />
      <div className="corner" data-overlay>
        {!isEmpty && !isLoading && <Legend />}
        {!isEmpty && !isLoading && <Minimap />}
        <ZoomButtons />
      </div>
    </main>
  );
}
