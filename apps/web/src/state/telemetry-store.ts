import type { StreamFrame } from "@ratchet/contracts";
import { create } from "zustand";
import type { LinkRates, Rate } from "../graph/rates.js";

type TelemetryFrame = Extract<StreamFrame, { type: "telemetry" }>;
/** One measurement of one direction. `at`: ms since the epoch, by the server's clock. */
export type Heard = (way: 0 | 1, at: number, rate: Rate) => void;

/** What the links that are looked at carry now, by uid. The map is one and the same: `version` moves instead. */
export const useTelemetry = create<{ rates: Map<string, LinkRates>; version: number }>(() => ({
  rates: new Map(),
  version: 0,
}));

/** What became of the echoes of one interval: null when none came back. */
export type HeardEcho = (at: number, rttMs: number | null) => void;
const echoListeners = new Map<string, Set<HeardEcho>>();

const listeners = new Map<string, Set<Heard>>();

export function hearTelemetry(frame: TelemetryFrame, heardAt: number): void {
  const { rates } = useTelemetry.getState();
  const at = Date.parse(frame.at);
  for (const [uid, way, packets, bytes, drops, errors] of frame.rows) {
    const rate: Rate = { packets, bytes, drops, errors };
    const known = rates.get(uid) ?? [undefined, undefined];
    known[way] = { ...rate, until: heardAt + frame.intervalMs * INTERVALS_KEPT };
    rates.set(uid, known);
    for (const listener of listeners.get(uid) ?? []) listener(way, at, rate);
  }
  for (const [uid, , , rttMs] of frame.probes) for (const listener of echoListeners.get(uid) ?? []) listener(at, rttMs);
  useTelemetry.setState(({ version }) => ({ version: version + 1 }));
}

/** After so many silent intervals nobody knows any more. */
const INTERVALS_KEPT = 3.5;

/** Calls back with everything heard of one link. */
export function onTelemetry(uid: string, rate: Heard, echo: HeardEcho): () => void {
  const stopRates = hear(listeners, uid, rate);
  const stopEchoes = hear(echoListeners, uid, echo);
  return () => {
    stopRates();
    stopEchoes();
  };
}

function hear<T>(all: Map<string, Set<T>>, uid: string, listener: T): () => void {
  const own = all.get(uid) ?? new Set();
  all.set(uid, own.add(listener));
  return () => {
    own.delete(listener);
    if (own.size === 0) all.delete(uid);
  };
}

/** Keeps what is still looked at. */
export function forgetOthers(uids: ReadonlySet<string>): void {
  const { rates } = useTelemetry.getState();
  for (const uid of rates.keys()) if (!uids.has(uid)) rates.delete(uid);
}
