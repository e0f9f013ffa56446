import type { Comparison, ImpairmentStatus, Link } from "@ratchet/contracts";
import { rateText } from "./impairment-text.js";

/** "101 ms round trip ± 0.3 ms, 9.8 % of 400 lost, 9.7 Mbit/s": what was measured of a direction; empty when nothing. */
export function measuredText({ measured, effective }: Pick<ImpairmentStatus, "measured" | "effective">): string {
  if (measured === null) return "";
  const { roundTripMs, jitterMs, lossPercent, echoes, rateKbit } = measured;
  const parts: string[] = [];
  if (roundTripMs !== null) {
    parts.push(`${msText(roundTripMs)} round trip${jitterMs ? ` ± ${msText(jitterMs)}` : ""}`);
  }
  if (lossPercent !== null && echoes > 0) parts.push(`${round(lossPercent)} % of ${echoes} lost`);
  if (rateKbit !== null && effective?.rateKbit) parts.push(rateText(rateKbit));
  return parts.join(", ");
}

/** "round trip 12 ms, 95 to 105 ms would agree". */
export function comparisonText({ what, least, most, measured }: Comparison): string {
  const unit = { roundTripMs: "ms", lossPercent: "%", rateKbit: "kbit/s" }[what];
  const name = { roundTripMs: "round trip", lossPercent: "loss", rateKbit: "rate" }[what];
  const bounds =
    least === null
      ? `at most ${round(most ?? 0)}`
      : most === null
        ? `at least ${round(least)}`
        : `${round(least)} to ${round(most)}`;
  return `${name} ${round(measured)} ${unit}, ${bounds} ${unit} would agree`;
}

/** What stands beside an impaired wire: the round trip that is measured; empty when none is. */
export function measuredLabel({ status }: Link): string {
  const ways = status.impairments ?? [];
  const measured = ways.find((way) => way.measured !== null)?.measured;
  if (measured == null || measured.roundTripMs === null) return "";
  return `${msText(measured.roundTripMs)}${ways.some(({ agrees }) => agrees === false) ? " ≠" : ""}`;
}

function msText(ms: number): string {
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
