import { useMemo } from "react";
import { healEverything } from "../actions/fault-actions.js";
import { toggleCut } from "../actions/link-actions.js";
import { toggleRun } from "../actions/pod-actions.js";
import { deleteSelection } from "../actions/selection-actions.js";
import { redo, undo } from "../actions/undo.js";
import { useStage } from "../canvas/stage-context.js";
import type { FaultAim } from "../graph/fault-draft.js";
import { namesOf, type Selection } from "../graph/selection.js";
import { useModel } from "../state/model-store.js";
import { ui, useUi } from "../state/ui-store.js";
import { openCommandPalette } from "../ui/command-palette.js";

export type Actions = ReturnType<typeof useActions>;

/** Everything a key, the palette or a menu can ask for that concerns the selection or the view. */
export function useActions() {
  const stage = useStage();
  return useMemo(() => {
    const links = () => {
      const { selection, hovered } = useUi.getState();
      const names = namesOf(selection, "link");
      // With nothing selected, the wire under the mouse is meant.
      return names.length === 0 && hovered?.startsWith("link/") ? [hovered.slice("link/".length)] : names;
    };
    return {
      cut: () => void toggleCut(links()),
      remove: () => void deleteSelection(useUi.getState().selection),
      run: () => void toggleRun(namesOf(useUi.getState().selection, "pod")),
      reroute: () => {
        const [wire] = links();
        if (wire !== undefined) ui.open({ kind: "reroute-picker", wire });
      },
      break: () => {
        const aim = aimOf(links(), useUi.getState().selection);
        ui.open({ kind: "fault-form", aim });
      },
      heal: () => void healEverything(),
      undo: () => void undo(),
      redo: () => void redo(),
      select: () => ui.tool("select"),
      wire: () => {
        ui.tool("wire");
        ui.open({ kind: "wire-picker" });
      },
      pod: () => ui.tool("pod"),
      selectAll: () => {
        const { model, matches } = useModel.getState();
        const ids = matches ? [...matches.pods, ...matches.wires] : [...model.pods.keys(), ...model.wires.keys()];
        ui.select(new Set(ids));
        ui.announce(`${ids.length} selected`);
      },
      escape: () => {
        const { popup, tool, refusal } = useUi.getState();
        if (refusal) ui.refuse(null);
        else if (popup) ui.close();
        else if (tool.kind !== "select") ui.tool("select");
        else ui.clear();
      },
      fit: () => stage?.adapter.fit(undefined, stage.hasMotion),
      zoomIn: () => stage?.adapter.zoomBy(1.25),
      zoomOut: () => stage?.adapter.zoomBy(0.8),
      pan: (x: number, y: number) => stage?.adapter.panBy({ x, y }),
      palette: openCommandPalette,
      keys: () => ui.open({ kind: "keys" }),
    };
  }, [stage]);
}

/** What "break" means: the wires, else the pods, else the node that is selected, else whatever the form is told. */
function aimOf(links: readonly string[], selection: Selection): FaultAim {
  if (links.length > 0) return { kind: "links", names: links };
  const pods = namesOf(selection, "pod");
  if (pods.length > 0) return { kind: "pods", names: pods };
  const [name] = namesOf(selection, "node");
  return name === undefined ? { kind: "namespace" } : { kind: "node", name };
}
