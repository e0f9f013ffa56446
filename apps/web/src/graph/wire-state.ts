import type { Link, LinkPhase } from "@ratchet/contracts";

/** How a wire is drawn. `down` is both asked (cut) and observed (no carrier). */
export type WireState = "up" | "pending" | "down" | "impaired" | "degraded" | "error" | "unknown";

export const WIRE_STATES: readonly WireState[] = ["up", "pending", "down", "impaired", "degraded", "error", "unknown"];

const BY_PHASE: Record<LinkPhase, WireState> = {
  Up: "up",
  Pending: "pending",
  Programming: "pending",
  Down: "down",
  Degraded: "degraded",
  Error: "error",
  Unknown: "unknown",
};

/** What a person calls it: "cut" was asked for in the Link, "faulted" is broken on purpose and for a time. */
export type StateWord = WireState | "cut" | "faulted";

export const STATE_WORDS: readonly StateWord[] = [
  "up",
  "impaired",
  "faulted",
  "cut",
  "down",
  "pending",
  "degraded",
  "error",
  "unknown",
];

export function stateWord(wire: { state: WireState; isCut: boolean; faults: readonly unknown[] }): StateWord {
  const { state, isCut, faults } = wire;
  if (state === "down" && isCut) return "cut";
  if (faults.length > 0 && (state === "down" || state === "up" || state === "impaired")) return "faulted";
  return state;
}

/** The state whose colour a word has. */
export const stateOfWord = (word: StateWord): WireState => (word === "cut" || word === "faulted" ? "down" : word);

/** Silence beats everything: a picture that may be old must not look sure. */
export function wireState(link: Link, isImpaired: boolean, isStale: boolean, isPending: boolean): WireState {
  if (isStale) return "unknown";
  if (isPending) return "pending";
  const state = BY_PHASE[link.status.phase];
  return state === "up" && isImpaired ? "impaired" : state;
}
