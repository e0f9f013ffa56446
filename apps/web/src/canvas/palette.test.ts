import { expect, test } from "vitest";
import { WIRE_STATES } from "../graph/wire-state.js";
import { DARK, LIGHT, type Palette } from "./palette.js";

/** WCAG 2.2, relative luminance of an sRGB colour. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const THEMES: [string, Palette][] = [
  ["light", LIGHT],
  ["dark", DARK],
];

test.each(THEMES)("lines of every state stand out 3 to 1 from ground and boxes, %s", (_name, palette) => {
  for (const state of WIRE_STATES) {
    for (const under of [palette.ground, palette.box])
      expect(contrast(palette.wire[state], under), state).toBeGreaterThan(3);
  }
});

test.each(THEMES)("text stands out 4.5 to 1 from everything it lies on, %s", (_name, palette) => {
  for (const ink of [palette.text, palette.textSoft, palette.accent]) {
    for (const under of [palette.ground, palette.box, palette.card]) expect(contrast(ink, under)).toBeGreaterThan(4.5);
  }
  for (const state of ["degraded", "error", "impaired", "down"] as const) {
    expect(contrast(palette.badgeText, palette.wire[state])).toBeGreaterThan(4.5);
  }
});
