import type { AgentTelemetry, LinkTelemetry, TelemetryPoint } from "@ratchet/contracts";
import type { World } from "../state/world.js";
import { CountSeries, type Counts, Coverage } from "./counts.js";
import { type LinkEnds, linkEnds } from "./link-ends.js";
import { COARSE, FINE, type Resolution, slotOf } from "./resolution.js";

type Directions = [CountSeries, CountSeries];
/** The end a direction comes from. */
export type From = 0 | 1;

const FORGET_MS = 60_000;

/** What links carried, in memory: nothing of a link that never carried anything. */
export class LinkHistory {
  readonly #world: World;
  readonly #links = new Map<string, Directions>();
  readonly #coverage = new Map<string, Coverage>();
  #forgotAtMs = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Takes in what a node's panel saw. Answers the counts of each direction that node has the last word on. */
  take(node: string, { intervalMs, rows }: AgentTelemetry, nowMs: number): Map<string, [Counts?, Counts?]> {
    this.#forget(nowMs);
    const coverage = this.#coverage.get(node) ?? new Coverage();
    this.#coverage.set(node, coverage);
    coverage.add(nowMs, intervalMs);
    const taken = new Map<string, [Counts?, Counts?]>();
    for (const [uid, direction, packets, bytes, drops, errors] of rows) {
      const ends = linkEnds(this.#world, uid);
      const near = ends?.nodes.indexOf(node) as From | -1 | undefined;
      if (ends === undefined || near === undefined || near === -1) continue;
      const from: From = direction === 1 ? near : near === 0 ? 1 : 0;
      // What leaves into a tunnel has not arrived: the other node counts that.
      const isDelivered = direction === 0 || ends.nodes[0] === ends.nodes[1];
      const counts: Counts = isDelivered ? [packets, bytes, drops, errors] : [0, 0, drops, errors];
      this.#directions(uid)[from].add(nowMs, counts);
      if (!isDelivered) continue;
      const entry = taken.get(uid) ?? [];
      entry[from] = counts;
      taken.set(uid, entry);
    }
    return taken;
  }

  /** Rates over the last seconds: by the second when that was measured, else by ten. Undefined: no such link. */
  read(uid: string, seconds: number, nowMs: number): LinkTelemetry | undefined {
    const ends = linkEnds(this.#world, uid);
    if (ends === undefined) return undefined;
    const fine = seconds * 1000 > FINE.stepMs * FINE.slots ? [] : this.#points(uid, ends, FINE, seconds, nowMs);
    const isFine = fine.some((points) => points.length > 0);
    const directions = isFine ? fine : this.#points(uid, ends, COARSE, seconds, nowMs);
    return {
      link: ends.name,
      uid,
      stepMs: (isFine ? FINE : COARSE).stepMs,
      directions: directions.map((points, from) => ({
        from: ends.ports[from as From],
        to: ends.ports[from === 0 ? 1 : 0],
        points,
      })),
    };
  }

  /**
   * Everything counted since the API began, for links that are still there, by direction. `isHere`: whether a node's
   * agent is connected to this replica; of others that one tells.
   */
  *totals(isHere: (node: string) => boolean): Iterable<{ ends: LinkEnds; from: From; counts: Counts }> {
    for (const [uid, directions] of this.#links) {
      const ends = linkEnds(this.#world, uid);
      if (ends === undefined) continue;
      for (const from of [0, 1] as const) {
        const receiver = ends.nodes[from === 0 ? 1 : 0];
        if (receiver !== null && isHere(receiver)) yield { ends, from, counts: directions[from].totals };
      }
    }
  }

  get size(): number {
    return this.#links.size;
  }

  #points(uid: string, ends: LinkEnds, resolution: Resolution, seconds: number, nowMs: number): TelemetryPoint[][] {
    const last = slotOf(resolution, nowMs);
    const first = slotOf(resolution, nowMs - seconds * 1000) + 1;
    return ([0, 1] as const).map((from) => {
      const coverage = this.#coverage.get(ends.nodes[from === 0 ? 1 : 0] ?? "");
      const points: TelemetryPoint[] = [];
      for (let slot = Math.max(first, last - resolution.slots + 1); slot <= last; slot++) {
        const coveredMs = coverage?.at(resolution, slot) ?? 0;
        if (coveredMs === 0) continue;
        const counts = this.#links.get(uid)?.[from].at(resolution, slot) ?? [0, 0, 0, 0];
        const [packets, bytes, drops, errors] = counts.map((count) => (count * 1000) / coveredMs) as Counts;
        points.push([slot * resolution.stepMs, packets, bytes, drops, errors]);
      }
      return points;
    });
  }

  #directions(uid: string): Directions {
    const known = this.#links.get(uid);
    if (known !== undefined) return known;
    const fresh: Directions = [new CountSeries(), new CountSeries()];
    this.#links.set(uid, fresh);
    return fresh;
  }

  #forget(nowMs: number): void {
    if (nowMs - this.#forgotAtMs < FORGET_MS) return;
    this.#forgotAtMs = nowMs;
    for (const [uid, directions] of this.#links) {
      if (this.#world.keyOfUid(uid) === undefined) this.#links.delete(uid);
      else for (const direction of directions) direction.forgetBefore(nowMs);
    }
    for (const node of this.#coverage.keys()) if (!this.#world.nodes.has(node)) this.#coverage.delete(node);
  }
}
