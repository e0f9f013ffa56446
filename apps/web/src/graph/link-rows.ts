import type { GraphModel, WireModel } from "./model.js";
import { STATE_WORDS, stateWord } from "./wire-state.js";

export type LinkColumn = "state" | "name" | "a" | "b" | "transport";

export interface LinkSort {
  column: LinkColumn;
  isDescending: boolean;
}

/** The rows of the table of links: those that match, in the asked order, names deciding ties. */
export function linkRows(model: GraphModel, matching: ReadonlySet<string> | undefined, sort: LinkSort): WireModel[] {
  const rows = [...model.wires.values()].filter((wire) => matching === undefined || matching.has(wire.id));
  const direction = sort.isDescending ? -1 : 1;
  return rows.sort((one, two) => direction * compare(one, two, sort.column) || natural(one.name, two.name));
}

function compare(one: WireModel, two: WireModel, column: LinkColumn): number {
  switch (column) {
    case "state":
      return STATE_WORDS.indexOf(stateWord(one)) - STATE_WORDS.indexOf(stateWord(two));
    case "name":
      return natural(one.name, two.name);
    case "a":
      return natural(endText(one, 0), endText(two, 0));
    case "b":
      return natural(endText(one, 1), endText(two, 1));
    case "transport":
      return natural(one.transport ?? "", two.transport ?? "") || (one.vni ?? 0) - (two.vni ?? 0);
  }
}

/** `centosa:in1`. */
export function endText(wire: WireModel, end: 0 | 1): string {
  return `${wire.ends[end].pod.slice("pod/".length)}:${wire.ends[end].interface}`;
}

const collator = new Intl.Collator("en", { numeric: true });
const natural = (a: string, b: string) => collator.compare(a, b);
