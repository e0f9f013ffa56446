import { create } from "zustand";
import { applyFilter, type Matches, parseFilter } from "../graph/filter.js";
import { buildModel, type GraphModel } from "../graph/model.js";
import { kept } from "../graph/selection.js";
import { settlePending, usePending } from "./pending-store.js";
import { useTopology } from "./topology-store.js";
import { useUi } from "./ui-store.js";

interface ModelState {
  model: GraphModel;
  /** Undefined: no filter is set. */
  matches: Matches | undefined;
}

/** The graph as drawn and listed, derived from the stream, the pending actions and the filter. */
export const useModel = create<ModelState>(() => ({
  model: { boxes: new Map(), pods: new Map(), wires: new Map() },
  matches: undefined,
}));

/** Keeps the model in step with its sources. Returns how to stop. */
export function deriveModel(): () => void {
  const rebuild = () => {
    const { stream, phase, lastWordAt } = useTopology.getState();
    const { links, pods } = usePending.getState();
    const model = buildModel(stream, {
      isStale: phase === "silent",
      lastWord: phase === "silent" && lastWordAt !== null ? new Date(lastWordAt).toISOString() : null,
      pendingLinks: new Set(links.keys()),
      pendingPods: new Set(pods.keys()),
    });
    useModel.setState({ model, matches: applyFilter(model, parseFilter(useUi.getState().filterText)) });
    // Before the first snapshot a selection from the address bar has nothing to be checked against.
    if (stream.storeId === null) return;
    const { selection } = useUi.getState();
    const left = kept(selection, (id) => model.pods.has(id) || model.wires.has(id) || model.boxes.has(id));
    if (left !== selection) useUi.setState({ selection: left });
  };
  const stops = [
    useTopology.subscribe((now, before) => {
      if (now.stream !== before.stream) settlePending(now.stream, Date.now());
      if (now.stream !== before.stream || now.phase !== before.phase) rebuild();
    }),
    usePending.subscribe(rebuild),
    useUi.subscribe((now, before) => {
      if (now.filterText === before.filterText) return;
      const { model } = useModel.getState();
      useModel.setState({ matches: applyFilter(model, parseFilter(now.filterText)) });
    }),
  ];
  rebuild();
  return () => {
    for (const stop of stops) stop();
  };
}
