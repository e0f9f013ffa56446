import type { Figure } from "./figure.js";

/** The figures as people read them. */
export function table(figures: Figure[]): string {
  const head = ["what", "measured", "compared with", "ratio", "bar", ""];
  const rows = figures.map((figure) => [
    figure.what,
    amount(figure.value, figure.unit),
    figure.baseline ? `${figure.baseline.what}: ${amount(figure.baseline.value, figure.unit)}` : "",
    figure.baseline ? (figure.value / figure.baseline.value).toFixed(2) : "",
    figure.bar ?? "",
    figure.isMet === undefined ? "" : figure.isMet ? "met" : "MISSED",
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => (row[i] ?? "").length)));
  const line = (row: string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function amount(value: number, unit: string): string {
  return `${Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2)} ${unit}`;
}
