import type { GraphModel, WireModel } from "./model.js";
import { stateWord } from "./wire-state.js";

/** One thing a filter asks for: `node:left`, `state:cut`, or a bare word. */
interface Term {
  key: string | undefined;
  value: string;
  isNegated: boolean;
}

export type Filter = readonly Term[];

/** Reads `state:cut -node:left quagga`. Every term must hold. */
export function parseFilter(text: string): Filter {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "" && word !== "-")
    .map((word) => {
      const isNegated = word.startsWith("-");
      const bare = isNegated ? word.slice(1) : word;
      const colon = bare.indexOf(":");
      const key = colon > 0 ? bare.slice(0, colon) : undefined;
      return KEYS.has(key ?? "")
        ? { key, value: bare.slice(colon + 1), isNegated }
        : { key: undefined, value: bare, isNegated };
    });
}

const KEYS = new Set(["state", "transport", "node", "pod", "vni", "interface", "address"]);

export interface Matches {
  pods: ReadonlySet<string>;
  wires: ReadonlySet<string>;
}

/** Which wires match, and the pods at their ends or matching by themselves. Undefined: no filter. */
export function applyFilter(model: GraphModel, filter: Filter): Matches | undefined {
  if (filter.length === 0) return undefined;
  const wires = new Set<string>();
  const pods = new Set<string>();
  for (const wire of model.wires.values()) {
    if (!filter.every((term) => term.isNegated !== wireMatches(model, wire, term))) continue;
    wires.add(wire.id);
    for (const end of wire.ends) pods.add(end.pod);
  }
  for (const pod of model.pods.values()) {
    const holds = filter.every((term) => {
      if (term.key !== undefined && term.key !== "node" && term.key !== "pod") return false;
      const texts = [pod.name, pod.box?.slice("node/".length) ?? ""];
      const [name = "", node = ""] = texts;
      const isMatch =
        term.key === "pod"
          ? name.includes(term.value)
          : term.key === "node"
            ? node === term.value
            : name.includes(term.value);
      return term.isNegated !== isMatch;
    });
    if (holds) pods.add(pod.id);
  }
  return { pods, wires };
}

function wireMatches(model: GraphModel, wire: WireModel, term: Term): boolean {
  const has = (text: string) => text.toLowerCase().includes(term.value);
  const nodes = wire.ends.map((end) => model.pods.get(end.pod)?.box?.slice("node/".length) ?? "");
  switch (term.key) {
    case "state":
      return wire.state === term.value || stateWord(wire) === term.value || wire.phase.toLowerCase() === term.value;
    case "transport":
      return wire.transport === term.value;
    case "node":
      return nodes.includes(term.value);
    case "pod":
      return wire.ends.some((end) => has(end.pod.slice("pod/".length)));
    case "vni":
      return String(wire.vni) === term.value;
    case "interface":
      return wire.ends.some((end) => end.interface.toLowerCase() === term.value);
    case "address":
      return wire.ends.some((end) => end.addresses.some(has));
    default:
      return (
        has(wire.name) ||
        has(stateWord(wire)) ||
        wire.ends.some((end) => has(end.pod.slice("pod/".length)) || has(end.interface) || end.addresses.some(has))
      );
  }
}
