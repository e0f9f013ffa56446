import type { WireState } from "../graph/wire-state.js";

/** Colours of one theme's canvas. Text keeps 4.5 to 1 and lines 3 to 1 against `ground` and `box`: a test holds it. */
export interface Palette {
  ground: string;
  grid: string;
  box: string;
  boxBorder: string;
  boxHatch: string;
  card: string;
  cardBorder: string;
  cardShadow: string;
  text: string;
  textSoft: string;
  accent: string;
  accentSoft: string;
  wire: Record<WireState, string>;
  ready: string;
  badgeText: string;
}

export const LIGHT: Palette = {
  ground: "#f7f8fa",
  grid: "#d3dae2",
  box: "#eff2f5",
  boxBorder: "#c3ccd6",
  boxHatch: "#d5dbe2",
  card: "#ffffff",
  cardBorder: "#b4bfcc",
  cardShadow: "rgba(15, 23, 42, 0.10)",
  text: "#17212f",
  textSoft: "#55616f",
  accent: "#0b7a75",
  accentSoft: "rgba(11, 122, 117, 0.16)",
  wire: {
    up: "#4b5a6c",
    pending: "#1667d1",
    down: "#cf1f2e",
    impaired: "#8f6200",
    degraded: "#b64b06",
    error: "#b0148f",
    unknown: "#77828f",
  },
  ready: "#218a4b",
  badgeText: "#ffffff",
};

export const DARK: Palette = {
  ground: "#0d1219",
  grid: "#25303e",
  box: "#121a24",
  boxBorder: "#334050",
  boxHatch: "#263241",
  card: "#1a2431",
  cardBorder: "#43536a",
  cardShadow: "rgba(0, 0, 0, 0.35)",
  text: "#e8edf4",
  textSoft: "#9dabbd",
  accent: "#2fc4b8",
  accentSoft: "rgba(47, 196, 184, 0.20)",
  wire: {
    up: "#8c9cb2",
    pending: "#5ba4ff",
    down: "#ff6069",
    impaired: "#e6c04a",
    degraded: "#f2953c",
    error: "#f07bdc",
    unknown: "#74808f",
  },
  ready: "#3fbf74",
  badgeText: "#0d1219",
};
