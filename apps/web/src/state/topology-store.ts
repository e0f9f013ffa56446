import type { Event, Layout } from "@ratchet/contracts";
import { create } from "zustand";
import { EMPTY_STREAM, type StreamState } from "../stream/reducer.js";

/** Somebody else's change, shown for a moment where it happened. */
export interface ActorNote {
  id: string;
  actor: string;
  at: number;
}

export interface TopologyState {
  namespace: string;
  /** `silent`: it was live and nobody answers now; what is shown is old. */
  phase: "connecting" | "live" | "silent";
  /** Milliseconds since the epoch. */
  lastWordAt: number | null;
  /** ISO time since when the server's store has not answered: intents are as last known, and writes are refused. */
  staleSince: string | null;
  /** What to add to this browser's clock to have the server's, ms. */
  clockSkewMs: number;
  stream: StreamState;
  /** Newest first. */
  events: readonly Event[];
  /** As last saved on the server, by whoever. */
  layout: Layout;
  notes: readonly ActorNote[];
}

export const EVENTS_KEPT = 300;

export const useTopology = create<TopologyState>(() => ({
  namespace: "default",
  phase: "connecting",
  lastWordAt: null,
  staleSince: null,
  clockSkewMs: 0,
  stream: EMPTY_STREAM,
  events: [],
  layout: { positions: {} },
  notes: [],
}));

/** Changes can be asked for: somebody is there, and its store too. */
export const isEditable = ({ phase, staleSince }: TopologyState): boolean => phase === "live" && staleSince === null;

/** Milliseconds since the epoch, by the server's clock. */
export const serverNow = (): number => Date.now() + useTopology.getState().clockSkewMs;
