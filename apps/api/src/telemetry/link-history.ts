import type {
  AgentTelemetry,
  LinkTelemetry,
  ProbePoint,
  ProbeRow,
  TelemetryPoint,
  TelemetryQuery,
} from "@ratchet/contracts";
import type { World } from "../state/world.js";
import { type Counts, Coverage } from "./counts.js";
import { type LinkEnds, linkEnds } from "./link-ends.js";
import { type From, LinkRecord } from "./link-record.js";
import { COARSE, FINE, type Resolution, slotOf } from "./resolution.js";

const FORGET_MS = 60_000;
const DAY_MS = 86_400_000;
/** What is let go of at once when there is too much: the span of a chunk of the coarse series. */
const SHORTER_MS = 900_000;
/** What the series of all links may take together. */
export const RETAINED_MAX_BYTES = 256 * 1024 * 1024;

/** What an agent's frame said of links it has the last word on. */
export interface Taken {
  counts: Map<string, [Counts?, Counts?]>;
  probes: Map<string, ProbeRow>;
}

/** How much is asked for; without a step it is a second where that was measured, else ten. */
export interface Span {
  seconds: number;
  step?: TelemetryQuery["step"];
}

/** What links carried and how long echoes took, in memory: nothing of a link that never carried anything. */
export class LinkHistory {
  readonly #world: World;
  readonly #mostBytes: number;
  readonly #links = new Map<string, LinkRecord>();
  readonly #coverage = new Map<string, Coverage>();
  #forgotAtMs = 0;
  #keepMs = DAY_MS;

  constructor(world: World, mostBytes = RETAINED_MAX_BYTES) {
    this.#world = world;
    this.#mostBytes = mostBytes;
  }

  /** Takes in what a node's panel saw. Answers what of it counts. */
  take(node: string, { intervalMs, rows, probes }: AgentTelemetry, nowMs: number): Taken {
    this.#forget(nowMs);
    const coverage = this.#coverage.get(node) ?? new Coverage();
    this.#coverage.set(node, coverage);
    coverage.add(nowMs, intervalMs);
    const taken: Taken = { counts: new Map(), probes: new Map() };
    for (const row of probes) {
      const [uid, , sent, received, , rttMs, jitterMs] = row;
      // The first end asks.
      if (linkEnds(this.#world, uid)?.nodes[0] !== node) continue;
      const record = this.#record(uid);
      record.probes.add(nowMs, intervalMs, { sent, received, rttMs, jitterMs });
      record.crossed(received);
      taken.probes.set(uid, row);
    }
    for (const [uid, direction, ...counted] of rows) {
      const ends = linkEnds(this.#world, uid);
      const near = ends?.nodes.indexOf(node) as From | -1 | undefined;
      if (ends === undefined || near === undefined || near === -1) continue;
      const from: From = direction === 1 ? near : near === 0 ? 1 : 0;
      // What leaves into a tunnel has not arrived: the other node counts that.
      const isDelivered = direction === 0 || ends.nodes[0] === ends.nodes[1];
      const record = this.#record(uid);
      const counts: Counts = isDelivered ? record.without(from, counted) : [0, 0, counted[2], counted[3]];
      record.add(from, nowMs, counts);
      if (!isDelivered) continue;
      const entry = taken.counts.get(uid) ?? [];
      entry[from] = counts;
      taken.counts.set(uid, entry);
    }
    return taken;
  }

  /** Rates and echoes of the last seconds. Undefined: no such link. */
  read(uid: string, { seconds, step }: Span, nowMs: number): Omit<LinkTelemetry, "carrier"> | undefined {
    const ends = linkEnds(this.#world, uid);
    if (ends === undefined) return undefined;
    const points = (resolution: Resolution) => this.#points(uid, ends, resolution, seconds, nowMs);
    const mayBeFine = step === undefined ? seconds * 1000 <= FINE.stepMs * FINE.slots : step === "1";
    const fine = mayBeFine ? points(FINE) : [];
    const isFine = step === "1" || fine.some(({ length }) => length > 0);
    const directions = isFine ? fine : points(COARSE);
    const resolution = isFine ? FINE : COARSE;
    const [from, to] = ends.ports;
    return {
      link: ends.name,
      uid,
      stepMs: resolution.stepMs,
      directions: directions.map((points, sender) => ({
        from: ends.ports[sender as From],
        to: ends.ports[sender === 0 ? 1 : 0],
        points,
      })),
      probes: { from, to, points: this.#probePoints(uid, resolution, seconds, nowMs) },
    };
  }

  /**
   * Everything counted since the API began, for links that are still there, by direction. `isHere`: whether a node's
   * agent is connected to this replica; of others that one tells.
   */
  *totals(isHere: (node: string) => boolean): Iterable<{ ends: LinkEnds; from: From; counts: Counts }> {
    for (const [uid, { counts }] of this.#links) {
      const ends = linkEnds(this.#world, uid);
      if (ends === undefined) continue;
      for (const from of [0, 1] as const) {
        const receiver = ends.nodes[from === 0 ? 1 : 0];
        const totals = counts[from]?.totals;
        if (totals !== undefined && receiver !== null && isHere(receiver)) yield { ends, from, counts: totals };
      }
    }
  }

  get size(): number {
    return this.#links.size;
  }

  /** Of the series alone. */
  get bytes(): number {
    let bytes = 0;
    for (const record of this.#links.values()) bytes += record.bytes;
    return bytes;
  }

  #points(uid: string, ends: LinkEnds, resolution: Resolution, seconds: number, nowMs: number): TelemetryPoint[][] {
    return ([0, 1] as const).map((from) => {
      const coverage = this.#coverage.get(ends.nodes[from === 0 ? 1 : 0] ?? "");
      const points: TelemetryPoint[] = [];
      for (const slot of slotsOf(resolution, seconds, nowMs)) {
        const coveredMs = coverage?.at(resolution, slot) ?? 0;
        if (coveredMs === 0) continue;
        const counts = this.#links.get(uid)?.counts[from]?.at(resolution, slot) ?? [0, 0, 0, 0];
        const [packets, bytes, drops, errors] = counts.map((count) => (count * 1000) / coveredMs) as Counts;
        points.push([slot * resolution.stepMs, packets, bytes, drops, errors]);
      }
      return points;
    });
  }

  #probePoints(uid: string, resolution: Resolution, seconds: number, nowMs: number): ProbePoint[] {
    const points: ProbePoint[] = [];
    for (const slot of slotsOf(resolution, seconds, nowMs)) {
      const step = this.#links.get(uid)?.probes.at(resolution, slot);
      if (step === undefined) continue;
      const { sent, received, rttMs, jitterMs } = step;
      points.push([slot * resolution.stepMs, sent, received, rounded(rttMs), rounded(jitterMs)]);
    }
    return points;
  }

  #record(uid: string): LinkRecord {
    let record = this.#links.get(uid);
    if (record === undefined) this.#links.set(uid, (record = new LinkRecord()));
    return record;
  }

  #forget(nowMs: number): void {
    if (nowMs - this.#forgotAtMs < FORGET_MS) return;
    this.#forgotAtMs = nowMs;
    for (const uid of this.#links.keys()) if (this.#world.keyOfUid(uid) === undefined) this.#links.delete(uid);
    for (const node of this.#coverage.keys()) if (!this.#world.nodes.has(node)) this.#coverage.delete(node);
    // As long as there is room; then of every link the same span.
    this.#keepMs = Math.min(DAY_MS, this.#keepMs + SHORTER_MS);
    this.#keep(nowMs);
    while (this.bytes > this.#mostBytes && this.#keepMs > SHORTER_MS) {
      this.#keepMs -= SHORTER_MS;
      this.#keep(nowMs);
    }
  }

  #keep(nowMs: number): void {
    for (const record of this.#links.values()) record.forget(nowMs, this.#keepMs);
  }
}

function* slotsOf(resolution: Resolution, seconds: number, nowMs: number): Iterable<number> {
  const last = slotOf(resolution, nowMs);
  const first = slotOf(resolution, nowMs - seconds * 1000) + 1;
  for (let slot = Math.max(first, last - resolution.slots + 1); slot <= last; slot++) yield slot;
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Number(ms.toPrecision(4));
}
