import type { WirePath } from "./wire-path.js";

/** Per second, handed to the receiving pod; drops on the way there. */
export interface Rate {
  packets: number;
  bytes: number;
  drops: number;
  errors: number;
}

/** From end 0, from end 1. `until`: ms since the epoch from which on nobody knows any more. */
export type LinkRates = [(Rate & { until: number }) | undefined, (Rate & { until: number }) | undefined];

const UNITS: [number, string][] = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

/** "1.2M", "84k", "0": bits a second in four characters at most. */
export function shortBits(bytes: number): string {
  const bits = bytes * 8;
  // 999.6k is 1.0M.
  const unit = UNITS.find(([size]) => bits >= size * 0.9995);
  if (unit === undefined) return String(Math.round(bits));
  const value = bits / unit[0];
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)}${unit[1]}`;
}

/** "1.2 Mbit/s". */
export function bitsText(bytes: number): string {
  const short = shortBits(bytes);
  const unit = /[GMk]$/.exec(short)?.[0] ?? "";
  return `${unit === "" ? short : short.slice(0, -1)} ${unit}bit/s`;
}

/** "12", "1,200", "0.4": a second. */
export function countText(perSecond: number): string {
  if (perSecond > 0 && perSecond < 9.95) return perSecond.toFixed(1);
  return Math.round(perSecond).toLocaleString("en");
}

/**
 * "→1.2M ←84k" as the wire lies on the screen, the way right or down first; empty when
 * nothing moves or nobody knows. Of equal width while the magnitude stays.
 */
export function rateLabel(rates: LinkRates | undefined, path: WirePath, nowMs: number): string {
  const known = [rates?.[0], rates?.[1]].map((rate) => (rate && rate.until > nowMs ? rate : undefined));
  if (!known.some((rate) => rate && rate.bytes > 0)) return "";
  const dx = path.to.x - path.from.x;
  const dy = path.to.y - path.from.y;
  const isLevel = Math.abs(dx) >= Math.abs(dy);
  const [there, back] = isLevel ? ["→", "←"] : ["↓", "↑"];
  const [first, second] = (isLevel ? dx >= 0 : dy >= 0) ? known : [known[1], known[0]];
  const text = (rate: Rate | undefined) => (rate === undefined ? "?" : shortBits(rate.bytes)).padEnd(4);
  return `${there}${text(first)} ${back}${text(second)}`.trimEnd();
}
