import { create } from "zustand";
import type { StreamState } from "../stream/reducer.js";

/** An action of this page that the stream has not shown yet. */
export interface PendingAction {
  verb: "create" | "cut" | "restore" | "delete" | "reroute" | "kill" | "restart" | "undo" | "break" | "heal";
  /** Known once the API has accepted it. */
  revision: number | null;
  startedAt: number;
}

interface PendingState {
  links: ReadonlyMap<string, PendingAction>;
  pods: ReadonlyMap<string, PendingAction>;
}

export const usePending = create<PendingState>(() => ({ links: new Map(), pods: new Map() }));

type Kind = keyof PendingState;

export function setPending(kind: Kind, name: string, action: PendingAction): void {
  usePending.setState((state) => ({ ...state, [kind]: new Map(state[kind]).set(name, action) }));
}

export function clearPending(kind: Kind, name: string): void {
  usePending.setState((state) => {
    if (!state[kind].has(name)) return state;
    const next = new Map(state[kind]);
    next.delete(name);
    return { ...state, [kind]: next };
  });
}

/** After this long the object's own status is the better answer, whatever it says. */
const PATIENCE_MS = 10_000;

/** Drops what the stream has caught up with: from there on the object's own status tells the rest. */
export function settlePending(stream: StreamState, now: number): void {
  const { links, pods } = usePending.getState();
  for (const [name, action] of links) {
    if (isSettled(action, stream.links.get(name)?.metadata.revision, stream.revision, now)) clearPending("links", name);
  }
  for (const [name, action] of pods) {
    if (isSettled(action, stream.pods.get(name)?.metadata.revision, stream.revision, now)) clearPending("pods", name);
  }
}

export function isSettled(
  action: PendingAction,
  shownRevision: number | undefined,
  streamRevision: number,
  now: number,
): boolean {
  if (now - action.startedAt > PATIENCE_MS) return true;
  if (action.verb === "delete") return shownRevision === undefined;
  if (action.revision === null) return false;
  return (shownRevision ?? 0) >= action.revision || streamRevision > action.revision;
}
