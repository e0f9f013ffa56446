import { create } from "zustand";
import type { FaultAim, FaultKind } from "../graph/fault-draft.js";
import type { Point } from "../graph/point.js";
import { EMPTY_SELECTION, type Selection } from "../graph/selection.js";

/** What the mouse does next. */
export type Tool = { kind: "select" } | { kind: "wire" } | { kind: "pod" };

/** The one form or menu that is open over the canvas. `at` in canvas units unless said otherwise. */
export type Popup =
  | { kind: "wire-form"; from: string; to: string; at: Point }
  | { kind: "wire-picker" }
  | { kind: "reroute-picker"; wire: string }
  | { kind: "pod-form"; at: Point; node: string | null }
  | { kind: "menu"; about: string | null; client: Point; at: Point }
  | { kind: "fault-form"; aim: FaultAim; as?: FaultKind }
  | { kind: "keys" }
  | { kind: "example" }
  | { kind: "cluster" };

/** A refusal, shown beside the thing it concerns. */
export interface Refusal {
  id: string;
  title: string;
  reason: string;
  /** Another try, where trying again may help. */
  retry?: () => void;
}

export type DockTab = "links" | "events" | "faults" | "runs";

interface UiState {
  selection: Selection;
  hovered: string | null;
  filterText: string;
  tool: Tool;
  popup: Popup | null;
  refusal: Refusal | null;
  dockTab: DockTab;
  isDockOpen: boolean;
  isLegendOpen: boolean;
  /** What wires carry is written on them. */
  hasRates: boolean;
  /** Said to screen readers. */
  announcement: string;
}

const DOCK_KEY = "ratchet.dock";
const RATES_KEY = "ratchet.rates";
const LEGEND_KEY = "ratchet.legend";

export const useUi = create<UiState>(() => ({
  selection: EMPTY_SELECTION,
  hovered: null,
  filterText: "",
  tool: { kind: "select" },
  popup: null,
  refusal: null,
  dockTab: "links",
  isDockOpen:
    localStorage.getItem(DOCK_KEY) === null ? window.innerHeight > 760 : localStorage.getItem(DOCK_KEY) === "open",
  hasRates: localStorage.getItem(RATES_KEY) !== "hidden",
  isLegendOpen: localStorage.getItem(LEGEND_KEY) === "open",
  announcement: "",
}));

export const ui = {
  select: (selection: Selection) => useUi.setState({ selection }),
  selectOne: (id: string) => useUi.setState({ selection: new Set([id]) }),
  clear: () => useUi.setState({ selection: EMPTY_SELECTION }),
  hover: (id: string | null) => {
    if (useUi.getState().hovered !== id) useUi.setState({ hovered: id });
  },
  filter: (filterText: string) => useUi.setState({ filterText }),
  tool: (kind: Tool["kind"]) => useUi.setState({ tool: { kind }, popup: null }),
  open: (popup: Popup) => useUi.setState({ popup, refusal: null }),
  close: () => useUi.setState({ popup: null }),
  refuse: (refusal: Refusal | null) => useUi.setState({ refusal }),
  announce: (announcement: string) => useUi.setState({ announcement }),
  dock: (isDockOpen: boolean) => {
    localStorage.setItem(DOCK_KEY, isDockOpen ? "open" : "closed");
    useUi.setState({ isDockOpen });
  },
  dockTab: (dockTab: DockTab) => useUi.setState({ dockTab }),
  rates: (hasRates: boolean) => {
    localStorage.setItem(RATES_KEY, hasRates ? "shown" : "hidden");
    useUi.setState({ hasRates });
  },
  legend: (isLegendOpen: boolean) => {
    localStorage.setItem(LEGEND_KEY, isLegendOpen ? "open" : "closed");
    useUi.setState({ isLegendOpen });
  },
};
