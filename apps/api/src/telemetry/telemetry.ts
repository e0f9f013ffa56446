import type { AgentTelemetry, ApiToAgent, LinkTelemetry, StreamFrame, StreamTelemetryRow } from "@ratchet/contracts";
import type { World } from "../state/world.js";
import type { Counts } from "./counts.js";
import { linkEnds } from "./link-ends.js";
import { LinkHistory } from "./link-history.js";

/** While nobody looks. */
const LOW_RATE_MS = 10_000;
const LOOKED_AT_MS = 1000;
/** A reader of REST is taken to look on for this long. */
const LOOK_LASTS_MS = 30_000;
const NOTHING: Counts = [0, 0, 0, 0];

/** One who looks at links and is told what they carry. */
export interface Watcher {
  /** Links of other namespaces are not shown; undefined: all are. */
  namespace: string | undefined;
  send(text: string): void;
}

/** Has agents measure as often as somebody looks, keeps what they say, and tells those who look. */
export class Telemetry {
  readonly history: LinkHistory;
  readonly #world: World;
  readonly #send: (node: string, frame: ApiToAgent) => boolean;
  readonly #wishes = new Map<string, number>();
  /** By replica, then by node: what others wish of agents that are connected here. */
  readonly #othersWishes = new Map<string, Map<string, number>>();
  readonly #watchers = new Map<Watcher, ReadonlySet<string>>();
  readonly #looks = new Map<string, number>();

  constructor(world: World, send: (node: string, frame: ApiToAgent) => boolean) {
    this.#world = world;
    this.#send = send;
    this.history = new LinkHistory(world);
  }

  connected(node: string): void {
    this.#wishes.set(node, 0);
    this.#refresh();
  }

  left(node: string): void {
    this.#wishes.delete(node);
  }

  /** Another replica wishes a node to measure this often, in ms. */
  wishOf(replica: string, node: string, intervalMs: number): void {
    const wishes = this.#othersWishes.get(replica) ?? new Map<string, number>();
    this.#othersWishes.set(replica, wishes.set(node, intervalMs));
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
  read(linkUid: string, seconds: number, nowMs: number): LinkTelemetry | undefined {
    const answer = this.history.read(linkUid, seconds, nowMs);
    if (answer === undefined) return undefined;
    this.#looks.set(linkUid, nowMs + LOOK_LASTS_MS);
    this.#refresh();
    return answer;
  }

  take(node: string, frame: AgentTelemetry, nowMs: number): void {
    const taken = this.history.take(node, frame, nowMs);
    for (const [uid, untilMs] of this.#looks) if (untilMs < nowMs) this.#looks.delete(uid);
    // Ends move between nodes, and looks run out.
    this.#refresh();
    for (const [watcher, uids] of this.#watchers) {
      const rows = [...uids].flatMap((uid) =>
        this.#rows(node, uid, watcher.namespace, taken.get(uid), frame.intervalMs),
      );
      if (rows.length === 0) continue;
      const { intervalMs } = frame;
      const told: StreamFrame = { type: "telemetry", at: new Date(nowMs).toISOString(), intervalMs, rows };
      watcher.send(JSON.stringify(told));
    }
  }

  // An idle link is told as zero: a rate must come down on the page.
  #rows(
    node: string,
    uid: string,
    namespace: string | undefined,
    taken: [Counts?, Counts?] | undefined,
    intervalMs: number,
  ): StreamTelemetryRow[] {
    const ends = linkEnds(this.#world, uid);
    if (ends === undefined || (namespace !== undefined && ends.namespace !== namespace)) return [];
    return ([0, 1] as const)
      .filter((from) => ends.nodes[from === 0 ? 1 : 0] === node)
      .map((from) => {
        const [packets, bytes, drops, errors] = (taken?.[from] ?? NOTHING).map((count) => (count * 1000) / intervalMs);
        return [uid, from, packets ?? 0, bytes ?? 0, drops ?? 0, errors ?? 0];
      });
  }

  #refresh(): void {
    const lookedAt = new Set<string | null>();
    const look = (uid: string) => {
      for (const node of linkEnds(this.#world, uid)?.nodes ?? []) lookedAt.add(node);
    };
    for (const uids of this.#watchers.values()) for (const uid of uids) look(uid);
    for (const uid of this.#looks.keys()) look(uid);
    for (const [node, wished] of this.#wishes) {
      const own = lookedAt.has(node) ? LOOKED_AT_MS : LOW_RATE_MS;
      const others = [...this.#othersWishes.values()].flatMap((wishes) => wishes.get(node) ?? []);
      const intervalMs = Math.min(own, ...others.filter((wish) => wish > 0));
      if (wished === intervalMs) continue;
      if (this.#send(node, { type: "telemetry", intervalMs, probes: [] })) this.#wishes.set(node, intervalMs);
    }
  }
}
