import type {
  AgentTelemetry,
  ApiTelemetryWish,
  ApiToAgent,
  LinkTelemetry,
  ProbeRow,
  StreamFrame,
  StreamProbeRow,
  StreamTelemetryRow,
} from "@ratchet/contracts";
import type { World } from "../state/world.js";
import type { Counts } from "./counts.js";
import { type LinkEnds, linkEnds } from "./link-ends.js";
import { LinkHistory, type Span, type Taken } from "./link-history.js";
import type { Measures } from "./measures.js";
import { mergeWishes } from "./merge-wishes.js";

/** While nobody looks. */
const LOW_RATE_MS = 10_000;
const LOOKED_AT_MS = 1000;
/** Between echoes of a link somebody looks at; of one that is impaired, a figure has to follow within two seconds. */
const LOOKED_AT_PROBE_MS = 1000;
const IMPAIRED_PROBE_MS = 250;
/** A reader of REST is taken to look on for this long. */
const LOOK_LASTS_MS = 30_000;
const NOTHING: Counts = [0, 0, 0, 0];

/** One who looks at links and is told what they carry. */
export interface Watcher {
  /** Links of other namespaces are not shown; undefined: all are. */
  namespace: string | undefined;
  send(text: string): void;
}

export interface TelemetryParts {
  world: World;
  measures: Measures;
  /** Between echoes of a link nobody looks at; 0 = none. */
  probeMs: number;
  /** Has a link's status derived, and with it what is in force on it. */
  derive(linkUid: string): void;
  /** There is something new to say of what was measured of these links. */
  measured(linkUids: readonly string[]): void;
}

/** Has agents measure as often as somebody looks, keeps what they say, and tells those who look. */
export class Telemetry {
  readonly history: LinkHistory;
  readonly #parts: TelemetryParts;
  readonly #world: World;
  readonly #send: (node: string, frame: ApiToAgent) => boolean;
  /** By node: what it was told last, as text; empty: nothing. */
  readonly #told = new Map<string, string>();
  /** By replica, then by node: what others wish of agents that are connected here. */
  readonly #othersWishes = new Map<string, Map<string, ApiTelemetryWish>>();
  readonly #watchers = new Map<Watcher, ReadonlySet<string>>();
  readonly #looks = new Map<string, number>();
  #forgotAtMs = 0;

  constructor(parts: TelemetryParts, send: (node: string, frame: ApiToAgent) => boolean) {
    this.#parts = parts;
    this.#world = parts.world;
    this.#send = send;
    this.history = new LinkHistory(parts.world);
  }

  connected(node: string): void {
    this.#told.set(node, "");
    this.#refresh();
  }

  left(node: string): void {
    this.#told.delete(node);
  }

  /** Another replica wishes a node to measure this often. */
  wishOf(replica: string, node: string, wish: ApiTelemetryWish): void {
    const wishes = this.#othersWishes.get(replica) ?? new Map<string, ApiTelemetryWish>();
    this.#othersWishes.set(replica, wishes.set(node, wish));
    this.#refresh();
  }

  wisherLeft(replica: string): void {
    if (this.#othersWishes.delete(replica)) this.#refresh();
  }

  /** Replaces what the watcher looked at. */
  watch(watcher: Watcher, linkUids: readonly string[]): void {
    if (linkUids.length === 0) this.#watchers.delete(watcher);
    else this.#watchers.set(watcher, new Set(linkUids));
    this.#refresh();
  }

  /** What a link carried; who asks is taken to ask again soon. Undefined: there is no such link. */
  read(linkUid: string, span: Span, nowMs: number): Omit<LinkTelemetry, "carrier"> | undefined {
    const answer = this.history.read(linkUid, span, nowMs);
    if (answer === undefined) return undefined;
    this.#looks.set(linkUid, nowMs + LOOK_LASTS_MS);
    this.#refresh();
    return answer;
  }

  take(node: string, frame: AgentTelemetry, nowMs: number): void {
    const taken = this.history.take(node, frame, nowMs);
    this.#forget(nowMs);
    this.#measure(taken, frame.intervalMs, nowMs);
    // Ends move between nodes, and looks run out.
    this.#refresh();
    for (const [watcher, uids] of this.#watchers) this.#tell(watcher, uids, node, taken, frame.intervalMs, nowMs);
  }

  /** A ping that somebody asked for between the two ends of a link, by their addresses on it. */
  pinged(linkUid: string, row: ProbeRow, overMs: number, nowMs: number): void {
    const ends = linkEnds(this.#world, linkUid);
    if (ends === undefined) return;
    this.#parts.derive(linkUid);
    if (this.#parts.measures.echoes(linkUid, row, overMs, placeOf(ends), nowMs)) this.#parts.measured([linkUid]);
  }

  #measure({ counts, probes }: Taken, intervalMs: number, nowMs: number): void {
    const { measures, derive, measured } = this.#parts;
    const news = new Set<string>();
    for (const [uid, row] of probes) {
      // Whether it is impaired decides what the figures say.
      derive(uid);
      const ends = linkEnds(this.#world, uid);
      if (ends !== undefined && measures.echoes(uid, row, intervalMs, placeOf(ends), nowMs)) news.add(uid);
    }
    for (const [uid, both] of counts) {
      if (!measures.isWatched(uid)) continue;
      const ends = linkEnds(this.#world, uid);
      for (const sender of [0, 1] as const) {
        const bytes = both[sender]?.[1];
        if (ends === undefined || bytes === undefined) continue;
        // Bits a millisecond are kbit/s.
        const kbit = (bytes * 8) / intervalMs;
        if (measures.rate(uid, sender, kbit, intervalMs, placeOf(ends), nowMs)) news.add(uid);
      }
    }
    if (news.size > 0) measured([...news]);
  }

  #tell(
    watcher: Watcher,
    uids: ReadonlySet<string>,
    node: string,
    taken: Taken,
    intervalMs: number,
    nowMs: number,
  ): void {
    const rows: StreamTelemetryRow[] = [];
    const probes: StreamProbeRow[] = [];
    for (const uid of uids) {
      const ends = linkEnds(this.#world, uid);
      if (ends === undefined || (watcher.namespace !== undefined && ends.namespace !== watcher.namespace)) continue;
      rows.push(...rowsOf(node, uid, ends, taken.counts.get(uid), intervalMs));
      const probe = taken.probes.get(uid);
      if (probe !== undefined) probes.push([uid, probe[2], probe[3], probe[5], probe[6]]);
    }
    if (rows.length + probes.length === 0) return;
    const at = new Date(nowMs).toISOString();
    watcher.send(JSON.stringify({ type: "telemetry", at, intervalMs, rows, probes } satisfies StreamFrame));
  }

  #forget(nowMs: number): void {
    for (const [uid, untilMs] of this.#looks) if (untilMs < nowMs) this.#looks.delete(uid);
    if (nowMs - this.#forgotAtMs < LOOK_LASTS_MS) return;
    this.#forgotAtMs = nowMs;
    this.#parts.measures.forget((uid) => this.#world.keyOfUid(uid) !== undefined);
  }

  #refresh(): void {
    const own = this.#ownWishes();
    for (const [node, told] of this.#told) {
      const others = [...this.#othersWishes.values()].flatMap((wishes) => wishes.get(node) ?? []);
      const idle = { type: "telemetry" as const, intervalMs: LOW_RATE_MS, probeMs: this.#parts.probeMs, probes: [] };
      const wish = mergeWishes([own.get(node) ?? idle, ...others]);
      const text = JSON.stringify(wish);
      if (told !== text && this.#send(node, wish)) this.#told.set(node, text);
    }
  }

  /** By node; of those at whose links nobody looks there is none. */
  #ownWishes(): Map<string, ApiTelemetryWish> {
    const { measures, probeMs } = this.#parts;
    const lookedAt = new Set(this.#looks.keys());
    for (const uids of this.#watchers.values()) for (const uid of uids) lookedAt.add(uid);
    const wishes = new Map<string, ApiTelemetryWish>();
    for (const linkUid of lookedAt) {
      const [first, ...rest] = linkEnds(this.#world, linkUid)?.nodes ?? [];
      for (const node of [first, ...rest]) {
        if (node == null) continue;
        const wish = wishes.get(node) ?? { type: "telemetry", intervalMs: LOOKED_AT_MS, probeMs, probes: [] };
        wishes.set(node, wish);
      }
      if (first == null) continue;
      const intervalMs = measures.isWatched(linkUid) ? IMPAIRED_PROBE_MS : LOOKED_AT_PROBE_MS;
      wishes.get(first)?.probes.push({ linkUid, intervalMs });
    }
    return wishes;
  }
}

// An idle link is told as zero: a rate must come down on the page.
function rowsOf(
  node: string,
  uid: string,
  ends: LinkEnds,
  taken: [Counts?, Counts?] | undefined,
  intervalMs: number,
): StreamTelemetryRow[] {
  return ([0, 1] as const)
    .filter((from) => ends.nodes[from === 0 ? 1 : 0] === node)
    .map((from) => {
      const [packets, bytes, drops, errors] = (taken?.[from] ?? NOTHING).map((count) => (count * 1000) / intervalMs);
      return [uid, from, packets ?? 0, bytes ?? 0, drops ?? 0, errors ?? 0];
    });
}

/** Where a link's ends are: after a re-route it is another way. */
function placeOf({ ports, nodes }: LinkEnds): string {
  return [...ports, ...nodes].join(" ");
}
