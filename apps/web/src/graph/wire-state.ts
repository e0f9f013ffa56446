import type { Link, LinkPhase } from "@ratchet/contracts";

/** How a wire is drawn. `down` is both asked (cut) and observed (no carrier). */
export type WireState = "up" | "pending" | "down" | "degraded" | "error" | "unknown";

export const WIRE_STATES: readonly WireState[] = ["up", "pending", "down", "degraded", "error", "unknown"];

const BY_PHASE: Record<LinkPhase, WireState> = {
  Up: "up",
  Pending: "pending",
  Programming: "pending",
  Down: "down",
  Degraded: "degraded",
  Error: "error",
  Unknown: "unknown",
};

/** What a person calls it: a wire that is down because somebody asked for it is "cut". */
export type StateWord = WireState | "cut";

export const STATE_WORDS: readonly StateWord[] = ["up", "cut", "down", "pending", "degraded", "error", "unknown"];

export function stateWord(wire: { state: WireState; isCut: boolean }): StateWord {
  return wire.state === "down" && wire.isCut ? "cut" : wire.state;
}

/** The state whose colour a word has. */
export const stateOfWord = (word: StateWord): WireState => (word === "cut" ? "down" : word);

/** Silence beats everything: a picture that may be old must not look sure. */
export function wireState(link: Link, isStale: boolean, isPending: boolean): WireState {
  if (isStale) return "unknown";
  if (isPending) return "pending";
  return BY_PHASE[link.status.phase];
}
