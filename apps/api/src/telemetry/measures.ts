import { PROBE_WAIT_MS, type ProbeRow } from "@ratchet/contracts";
import { median } from "./median.js";

/** What has been measured of a link since what is in force on it last changed. */
export interface MeasuredLink {
  roundTripMs: number | null;
  baseMs: number | null;
  jitterMs: number | null;
  lossPercent: number | null;
  /** Echoes behind `lossPercent`. */
  echoes: number;
  /** Answered echoes behind `roundTripMs`. */
  roundTrips: number;
  /** kbit/s by sender: the highest of the last minute. */
  rateKbit: readonly [number | null, number | null];
  /** Over which a rate was counted, ms. */
  rateOverMs: number;
  atMs: number;
}

interface Row {
  fromMs: number;
  atMs: number;
  sent: number;
  received: number;
  rttMs: number | null;
  jitterMs: number | null;
}

interface Watched {
  /** What is in force, in words of its own: others begin the measurement anew. */
  inForce: string;
  sinceMs: number;
  rows: Row[];
  rates: [{ atMs: number; kbit: number; overMs: number }[], { atMs: number; kbit: number; overMs: number }[]];
  said: MeasuredLink | undefined;
}

/** Losses are counted over so long, round trips over the shorter of the two. */
const LOSS_KEPT_MS = 300_000;
const RECENT_MS = 30_000;
const RECENT_ROWS = 10;
const RATE_KEPT_MS = 60_000;
/** Figures that moved by less are not said anew, each costs every reader a frame; but so often they are. */
const NEWS = { part: 0.02, ms: 0.5, lossPoints: 0.5, ratePart: 0.05, everyMs: 10_000 };

/** Measures what impaired links really do. Of others it knows the round trip, to tell what the way itself takes. */
export class Measures {
  readonly #watched = new Map<string, Watched>();
  readonly #bases = new Map<string, { place: string; ms: number }>();

  /** What was measured while this was in force; who asks first makes it be measured. */
  read(uid: string, inForce: string, nowMs: number): MeasuredLink | undefined {
    const known = this.#watched.get(uid);
    if (known?.inForce === inForce) return known.said;
    this.#watched.set(uid, { inForce, sinceMs: nowMs, rows: [], rates: [[], []], said: undefined });
    return undefined;
  }

  isWatched(uid: string): boolean {
    return this.#watched.has(uid);
  }

  /** Nothing is impaired any more. */
  clear(uid: string): void {
    this.#watched.delete(uid);
  }

  forget(isKnown: (uid: string) => boolean): void {
    for (const kept of [this.#watched, this.#bases]) for (const uid of kept.keys()) if (!isKnown(uid)) kept.delete(uid);
  }

  /** Echoes that met their fate within `intervalMs` before now. `place`: where the ends are. True: there is something new to say. */
  echoes(uid: string, row: ProbeRow, intervalMs: number, place: string, nowMs: number): boolean {
    const [, , sent, received, minMs, rttMs, jitterMs] = row;
    const watched = this.#watched.get(uid);
    if (watched === undefined) {
      const base = this.#bases.get(uid);
      if (minMs !== null && (base?.place !== place || minMs < base.ms)) this.#bases.set(uid, { place, ms: minMs });
      return false;
    }
    const fromMs = nowMs - intervalMs;
    if (fromMs < watched.sinceMs) return false;
    watched.rows.push({ fromMs, atMs: nowMs, sent, received, rttMs, jitterMs });
    while ((watched.rows[0]?.atMs ?? nowMs) < nowMs - LOSS_KEPT_MS) watched.rows.shift();
    return this.#say(uid, watched, place, nowMs);
  }

  /** What a sender's direction carried. True: there is something new to say. */
  rate(uid: string, sender: 0 | 1, kbit: number, overMs: number, place: string, nowMs: number): boolean {
    const watched = this.#watched.get(uid);
    if (watched === undefined || nowMs - overMs < watched.sinceMs) return false;
    const rates = watched.rates[sender];
    rates.push({ atMs: nowMs, kbit, overMs });
    while ((rates[0]?.atMs ?? nowMs) < nowMs - RATE_KEPT_MS) rates.shift();
    return this.#say(uid, watched, place, nowMs);
  }

  #say(uid: string, watched: Watched, place: string, nowMs: number): boolean {
    const base = this.#bases.get(uid);
    const fresh = summary(watched, base?.place === place ? base.ms : null, nowMs);
    if (watched.said !== undefined && !isNews(watched.said, fresh)) return false;
    watched.said = fresh;
    return true;
  }
}

function summary({ rows, rates, sinceMs }: Watched, baseMs: number | null, nowMs: number): MeasuredLink {
  const recent = rows.filter(({ atMs, rttMs }) => rttMs !== null && atMs >= nowMs - RECENT_MS).slice(-RECENT_ROWS);
  // Those that were lost before the change were given up so long after it.
  const counted = rows.filter(({ fromMs }) => fromMs >= sinceMs + PROBE_WAIT_MS);
  const sum = (of: readonly Row[], field: "sent" | "received") => of.reduce((total, row) => total + row[field], 0);
  const [sent, received] = [sum(counted, "sent"), sum(counted, "received")];
  const highest = rates.map((all) => (all.length === 0 ? null : Math.max(...all.map(({ kbit }) => kbit))));
  return {
    roundTripMs: figures(median(recent.flatMap(({ rttMs }) => rttMs ?? [])), 4),
    baseMs: figures(baseMs, 3),
    jitterMs: figures(median(recent.flatMap(({ jitterMs }) => jitterMs ?? [])), 3),
    lossPercent: sent === 0 ? null : figures(((sent - received) * 100) / sent, 4),
    echoes: sent,
    roundTrips: sum(recent, "received"),
    rateKbit: [figures(highest[0] ?? null, 4), figures(highest[1] ?? null, 4)],
    rateOverMs: Math.min(RATE_KEPT_MS, ...rates.flat().map(({ overMs }) => overMs)),
    atMs: nowMs,
  };
}

function isNews(said: MeasuredLink, fresh: MeasuredLink): boolean {
  if (fresh.atMs - said.atMs >= NEWS.everyMs) return true;
  const moved = (a: number | null, b: number | null, least: number) =>
    (a === null) !== (b === null) || (a !== null && b !== null && Math.abs(a - b) > least);
  const rateMoved = ([0, 1] as const).some((sender) =>
    moved(said.rateKbit[sender], fresh.rateKbit[sender], 1 + (said.rateKbit[sender] ?? 0) * NEWS.ratePart),
  );
  return (
    moved(said.roundTripMs, fresh.roundTripMs, Math.max(NEWS.ms, (said.roundTripMs ?? 0) * NEWS.part)) ||
    moved(said.lossPercent, fresh.lossPercent, NEWS.lossPoints) ||
    rateMoved
  );
}

function figures(value: number | null, digits: number): number | null {
  return value === null ? null : Number(value.toPrecision(digits));
}
