import { type Gate, readGate } from "./gate.js";
import type { Layout } from "./layout.js";
import type { Event } from "./messages.js";
import { type RawEntry, rawEntry } from "./raw-entry.js";

/** A change whose value may still have to be fetched. */
export interface RawChange {
  readonly key: string;
  /** etcd's revision of it. */
  readonly etcdRevision: number;
  /** Absent: the key was deleted. */
  readonly entry?: RawEntry;
  readonly previous?: RawEntry;
}

export interface RawBatch {
  readonly revision: number;
  readonly changes: readonly RawChange[];
}

interface Folding {
  readonly at: number;
  readonly gate: Gate;
  readonly parts: { place: number; event: Event }[];
  /** What leases ended meanwhile: it comes after the transaction. */
  readonly later: { revision: number; events: Event[] }[];
}

/**
 * Turns etcd's events, revision by revision, into batches as the store shows them: the many revisions of a large
 * transaction become one batch at the revision of its commit. Pure; feed it from `position + 1` on.
 */
export class History {
  readonly #layout: Layout;
  #gate: Gate;
  #position: number;
  #folding: Folding | undefined;

  /** `gate` as it was at `position`: a transaction that was committed by then counts as shown. */
  constructor(layout: Layout, position: number, gate: Gate) {
    this.#layout = layout;
    this.#position = position;
    this.#gate = gate;
  }

  /** Everything up to this revision of etcd has been turned into batches. */
  get position(): number {
    return this.#position;
  }

  get isFolding(): boolean {
    return this.#folding !== undefined;
  }

  /** For a stream that begins again at `position + 1`. */
  rewind(): void {
    this.#folding = undefined;
  }

  /** Nothing happens up to this revision. */
  advance(revision: number): void {
    if (this.#folding === undefined) this.#position = Math.max(this.#position, revision);
  }

  /** Takes in whole revisions, in order. */
  take(events: readonly Event[]): RawBatch[] {
    const batches: RawBatch[] = [];
    for (let from = 0; from < events.length; ) {
      const revision = Number(events[from]!.kv.modRevision);
      let to = from;
      while (to < events.length && Number(events[to]!.kv.modRevision) === revision) to++;
      batches.push(...this.#takeRevision(revision, events.slice(from, to)));
      from = to;
    }
    return batches.filter(({ changes }) => changes.length > 0);
  }

  #takeRevision(revision: number, events: readonly Event[]): RawBatch[] {
    const own = (key: Buffer) => events.find(({ kv, type }) => type === 0 && kv.key.equals(key))?.kv;
    const gateKv = own(this.#layout.gate);
    const step = own(this.#layout.step);
    const entries = events.filter(({ kv }) => this.#layout.nameOf(kv.key) !== undefined);
    const gate = gateKv === undefined ? this.#gate : readGate(gateKv);

    if (this.#folding !== undefined) {
      if (gateKv !== undefined) return this.#finish(revision, gate);
      if (step === undefined) this.#folding.later.push({ revision, events: entries });
      else this.#place(JSON.parse(step.value.toString()) as number[], entries);
      return [];
    }
    if (gateKv !== undefined && gate.open !== undefined) {
      this.#folding = { at: revision, gate, parts: [], later: [] };
      const { direct } = gate.open;
      this.#place(
        entries.map(({ kv }) => direct[this.#layout.nameOf(kv.key)!] ?? 0),
        entries,
      );
      return [];
    }
    this.#position = revision;
    this.#gate = gate;
    // Here the gate is open only when the reader began after the commit, which it has seen with its first range.
    if (step !== undefined) return [];
    return [this.#batch(revision, entries, gate)];
  }

  #place(places: readonly number[], events: readonly Event[]): void {
    for (const [i, event] of events.entries()) this.#folding!.parts.push({ place: places[i] ?? 0, event });
  }

  #finish(revision: number, gate: Gate): RawBatch[] {
    const { at, parts, later } = this.#folding!;
    this.#folding = undefined;
    this.#position = revision;
    this.#gate = gate;
    parts.sort((a, b) => a.place - b.place);
    const whole = this.#batch(
      at,
      parts.map(({ event }) => event),
      gate,
    );
    return [whole, ...later.map((each) => this.#batch(each.revision, each.events, gate))];
  }

  #batch(revision: number, events: readonly Event[], gate: Gate): RawBatch {
    const changes = events.map(({ type, kv, prevKv }): RawChange => {
      const raw = (of: typeof kv) => rawEntry(this.#layout, gate, of);
      return {
        key: this.#layout.nameOf(kv.key)!,
        etcdRevision: Number(kv.modRevision),
        ...(type === 0 && { entry: { ...raw(kv), modRevision: revision } }),
        ...(prevKv !== null && { previous: raw(prevKv) }),
      };
    });
    return { revision, changes };
  }
}
