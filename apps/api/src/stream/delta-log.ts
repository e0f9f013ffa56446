import type { Gone } from "../state/mirror.js";

/** What a delta was about: enough to send the objects as they are now. */
interface Entry {
  revision: number;
  pods: readonly string[];
  links: readonly string[];
  faults: readonly string[];
  nodes: readonly string[];
  gone: readonly Gone[];
}

const MAX_NAMES = 100_000;
/** How much later than another replica this one may have seen a revision, with room. */
const LAG_MS = 2000;

/** The last deltas by name, for readers that come back. Bounded; what fell out is answered with a snapshot. */
export class DeltaLog {
  readonly #entries: (Entry & { atMs: number })[] = [];
  #names = 0;
  #forgotten: number;

  /** `revision`: the one at which this server began, before which it knows no status changes. */
  constructor(revision: number) {
    this.#forgotten = revision;
  }

  add(entry: Entry, atMs = performance.now()): void {
    this.#entries.push({ ...entry, atMs });
    this.#names += sizeOf(entry);
    while (this.#names > MAX_NAMES) {
      const first = this.#entries.shift();
      if (first === undefined) return;
      this.#names -= sizeOf(first);
      this.#forgotten = Math.max(this.#forgotten, first.revision);
    }
  }

  /**
   * Everything touched from `revision` on, or undefined when that is not known any more. Deltas of
   * that revision itself count: a status may have moved after the reader left. So do those shortly before: the reader
   * may come from a replica that was ahead, and does not know what was only told here.
   */
  since(revision: number, newest: number, nowMs = performance.now()): Omit<Entry, "revision"> | undefined {
    if (revision <= this.#forgotten || revision > newest) return undefined;
    const reachedMs = this.#entries.find((entry) => entry.revision >= revision)?.atMs ?? nowMs;
    const entries = this.#entries.filter((entry) => entry.revision >= revision || entry.atMs >= reachedMs - LAG_MS);
    return {
      pods: [...new Set(entries.flatMap(({ pods }) => pods))],
      links: [...new Set(entries.flatMap(({ links }) => links))],
      faults: [...new Set(entries.flatMap(({ faults }) => faults))],
      nodes: [...new Set(entries.flatMap(({ nodes }) => nodes))],
      gone: entries.flatMap(({ gone }) => gone),
    };
  }
}

function sizeOf({ pods, links, faults, nodes, gone }: Entry): number {
  return 1 + pods.length + links.length + faults.length + nodes.length + gone.length;
}
