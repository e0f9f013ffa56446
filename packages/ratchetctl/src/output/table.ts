import type { Colour, Paint } from "./paint.js";

/** A cell: text, perhaps coloured. */
export type Cell = string | { text: string; colour: Colour | undefined };

/** Aligned columns, two spaces apart, no space at the end of a line. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): string {
  const all: readonly (readonly Cell[])[] = [header.map((text) => ({ text, colour: "bold" as const })), ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => widthOf(textOf(row[column] ?? "")))));
  return all.map((row) => `${formatRow(row, widths, paint)}\n`).join("");
}

function formatRow(row: readonly Cell[], widths: readonly number[], paint: Paint): string {
  const last = row.length - 1;
  return row
    .map((cell, column) => {
      const text = textOf(cell);
      const painted = typeof cell === "string" ? text : paint(cell.colour, text);
      const gap = column === last ? "" : " ".repeat((widths[column] ?? 0) - widthOf(text) + 2);
      return painted + gap;
    })
    .join("")
    .trimEnd();
}

const textOf = (cell: Cell) => (typeof cell === "string" ? cell : cell.text) || "-";
const widthOf = (text: string) => [...text].length;
