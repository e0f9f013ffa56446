import { create } from "zustand";
import type { Stage } from "../canvas/stage.js";

/** The canvas point in the middle of the window, and the zoom, once somebody has looked around. */
export const useView = create<{ view: { x: number; y: number; zoom: number } | null }>(() => ({ view: null }));

const SETTLE_MS = 200;
let timer: number | undefined;

/** Notes where the window looks, when it has come to rest. */
export function viewChanged(stage: Stage): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    const { zoom, pan, width, height } = stage.view;
    if (width === 0) return;
    useView.setState({ view: { x: (width / 2 - pan.x) / zoom, y: (height / 2 - pan.y) / zoom, zoom } });
  }, SETTLE_MS);
}
