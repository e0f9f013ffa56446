import { compareKeys } from "../key-order.js";
import type { Entry, RangeOptions, RangeResult } from "../store.js";
import { CompactedError, StoreError } from "../store-error.js";
import type { Blobs } from "./blobs.js";
import { readChunk, type StagedOp } from "./chunk.js";
import type { Cluster } from "./cluster.js";
import type { Compactions } from "./compactions.js";
import { type Gate, readGate } from "./gate.js";
import type { Layout } from "./layout.js";
import type { RangeRequest, RangeResponse } from "./messages.js";
import { overlay, type RawEntry, rawEntry } from "./raw-entry.js";
import { isCompactedAnswer, isRpcError, storeErrorOf } from "./rpc-error.js";

// Keeps one answer to some megabytes.
const pageLimit = 5_000;

/** Reads entries as of one revision, a committed transaction that is not folded in included. */
export class Reader {
  readonly #cluster: Cluster;
  readonly #layout: Layout;
  readonly #blobs: Blobs;
  readonly #compactions: Compactions;
  readonly #onOpenGate: (gate: Gate) => void;

  constructor(
    cluster: Cluster,
    layout: Layout,
    blobs: Blobs,
    compactions: Compactions,
    onOpenGate: (gate: Gate) => void,
  ) {
    this.#cluster = cluster;
    this.#layout = layout;
    this.#blobs = blobs;
    this.#compactions = compactions;
    this.#onOpenGate = onOpenGate;
  }

  async get(key: string): Promise<Entry | undefined> {
    const { revision, gate, answers } = await this.look([{ key: this.#layout.key(key) }]);
    const staged = await this.#staged(gate, revision, (name) => name === key);
    const [raw] = this.#entries(answers, gate, staged);
    return raw && (await this.#whole(raw, revision));
  }

  async range(prefix: string, options: RangeOptions): Promise<RangeResult> {
    const { rangeEnd, ...start } = this.#layout.entries(prefix);
    if (options.startAfter !== undefined) {
      const after = Buffer.concat([this.#layout.key(options.startAfter), Buffer.of(0)]);
      if (Buffer.compare(after, start.key) > 0) start.key = after;
    }
    const isEmpty = Buffer.compare(start.key, rangeEnd) >= 0;
    const limit = options.limit ?? Number.POSITIVE_INFINITY;
    const answers: RangeResponse[] = [];
    let count = 0;
    let { revision } = options;
    for (let { key } = start; ; ) {
      const page: RangeRequest = { key, rangeEnd, limit: Math.min(limit - count, pageLimit) };
      const seen = await this.look(isEmpty ? [] : [page], revision);
      revision = seen.revision;
      answers.push(...seen.answers);
      const [answer] = seen.answers;
      count += answer?.kvs.length ?? 0;
      const isMore = answer?.more ?? false;
      // Operations not folded in may remove any number of these entries, so a limit does not hold for the base.
      const isWanted = count < limit || seen.gate.open !== undefined;
      if (isMore && isWanted) {
        key = Buffer.concat([answer!.kvs.at(-1)!.key, Buffer.of(0)]);
        if (count >= limit) count = 0;
        continue;
      }
      const isIn = (name: string) => {
        const bytes = this.#layout.key(name);
        return Buffer.compare(bytes, start.key) >= 0 && Buffer.compare(bytes, rangeEnd) < 0;
      };
      const staged = await this.#staged(seen.gate, revision, isIn);
      const raws = this.#entries(answers, seen.gate, staged);
      if (staged.length > 0) raws.sort((a, b) => compareKeys(a.key, b.key));
      const taken = raws.slice(0, Math.min(limit, raws.length));
      const at = revision;
      const entries = await Promise.all(taken.map((raw) => this.#whole(raw, at)));
      return { revision, entries, more: isMore || raws.length > taken.length };
    }
  }

  /**
   * Asks for several ranges and the gate, all as of one revision.
   *
   * @throws CompactedError, StoreError FutureRevision
   */
  async look(
    ranges: readonly RangeRequest[],
    at?: number,
  ): Promise<{ revision: number; gate: Gate; answers: RangeResponse[] }> {
    const requests = [{ key: this.#layout.gate }, ...ranges].map((range) => ({
      requestRange: { ...range, ...(at !== undefined && { revision: at }) },
    }));
    try {
      const { header, responses } = await this.#cluster.call("txn", { compare: [], success: requests, failure: [] });
      const [gateAnswer, ...answers] = responses.map(({ responseRange }) => responseRange!);
      const gate = readGate(gateAnswer!.kvs[0]);
      if (gate.open !== undefined && at === undefined) this.#onOpenGate(gate);
      return { revision: at ?? Number(header!.revision), gate, answers };
    } catch (error) {
      if (isCompactedAnswer(error) && at !== undefined)
        throw new CompactedError(at, await this.#compactions.revision());
      throw isRpcError(error) ? storeErrorOf(error) : error;
    }
  }

  /** As an entry with its value. `revision`: one of etcd's at which it was current. */
  async #whole({ stored, ...entry }: RawEntry, revision: number): Promise<Entry> {
    return { ...entry, value: await this.value(stored, revision) };
  }

  async value(stored: RawEntry["stored"], revision: number): Promise<string> {
    if (typeof stored === "string") return stored;
    try {
      return await this.#blobs.read(stored, revision);
    } catch (error) {
      if (isCompactedAnswer(error)) throw new CompactedError(revision, await this.#compactions.revision());
      if (isRpcError(error)) throw storeErrorOf(error);
      throw error instanceof StoreError ? error : new StoreError("Corrupt", (error as Error).message);
    }
  }

  /** What of the open transaction was not folded in at this revision. */
  async #staged(gate: Gate, revision: number, isWanted: (key: string) => boolean): Promise<StagedOp[]> {
    if (gate.open === undefined) return [];
    const { answers } = await this.look([this.#layout.stages(gate.open.id)], revision);
    return answers[0]!.kvs.flatMap((kv) => readChunk(kv.value)).filter(([, key]) => isWanted(key));
  }

  #entries(answers: readonly RangeResponse[], gate: Gate, staged: readonly StagedOp[]): RawEntry[] {
    const base = answers.flatMap(({ kvs }) => kvs.map((kv) => rawEntry(this.#layout, gate, kv)));
    return staged.length > 0 ? overlay(base, gate, staged) : base;
  }
}
