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
  useTelemetry.setState(({ version }) => ({ version: version + 1 }));
}

/** After so many silent intervals nobody knows any more. */
const INTERVALS_KEPT = 3.5;

/** Calls back with everything heard of one link. */
export function onTelemetry(uid: string, listener: Heard): () => void {
  const own = listeners.get(uid) ?? new Set();
  listeners.set(uid, own.add(listener));
  return () => {
    own.delete(listener);
    if (own.size === 0) listeners.delete(uid);
  };
}

/** Keeps what is still looked at. */
export function forgetOthers(uids: ReadonlySet<string>): void {
  const { rates } = useTelemetry.getState();
  for (const uid of rates.keys()) if (!uids.has(uid)) rates.delete(uid);
}
