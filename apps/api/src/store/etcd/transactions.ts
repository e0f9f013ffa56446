import { setTimeout as delay } from "node:timers/promises";
import type { Entry, Transaction, TxnResult } from "../store.js";
import { StoreError } from "../store-error.js";
import type { Blobs } from "./blobs.js";
import type { Cluster } from "./cluster.js";
import type { Folder } from "./folder.js";
import { type Gate, noGate, readGate } from "./gate.js";
import { commitRequest, prepare, stage, tooManyLeases } from "./large-transaction.js";
import type { Layout } from "./layout.js";
import type { Compare, RequestOp, TxnResponse } from "./messages.js";
import type { Once } from "./once.js";
import type { EtcdOptions } from "./options.js";
import { rawEntry } from "./raw-entry.js";
import type { Reader } from "./reader.js";
import { absent, atRevision } from "./requests.js";
import { asSmall, broken, isChanged, type Limits, type SmallTransaction, smallRequest } from "./small-transaction.js";
import { isTooBig, type StoredValue } from "./value.js";
import { Writer } from "./writer.js";

interface Parts {
  cluster: Cluster;
  layout: Layout;
  reader: Reader;
  blobs: Blobs;
  once: Once;
  folder: Folder;
  options: EtcdOptions;
  onStep: (step: string) => void;
}

/** Carries out transactions: small ones in one request, others behind the gate. */
export class Transactions {
  readonly #parts: Parts;
  readonly #limits: Limits;
  #gate: Gate = noGate;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { maxTxnOps, maxRequestBytes } = parts.options;
    this.#limits = { maxTxnOps, maxRequestBytes: maxRequestBytes * 0.9 };
  }

  async run(transaction: Transaction): Promise<TxnResult> {
    const { cluster, layout, blobs, options } = this.#parts;
    const deadline = performance.now() + options.timeoutMs;
    const big = transaction.ops.flatMap((op) => (op.op === "put" && isTooBig(op.value) ? [op] : []));
    const reduced: Transaction =
      big.length === 0
        ? transaction
        : {
            ...transaction,
            ops: transaction.ops.map((op) => (op.op === "put" && isTooBig(op.value) ? { ...op, value: "" } : op)),
          };
    const small = asSmall(reduced, this.#limits);
    if (small !== undefined && big.length === 0) return this.#small(small, new Map(), [], deadline);

    const writer = await Writer.begin(cluster, layout, options.writerTtlSeconds);
    try {
      const values = new Map<string, StoredValue>();
      for (const { key, value } of big) values.set(key, await blobs.write(writer.id, key, value));
      if (small !== undefined) return await this.#small(small, values, [writer.isPresent], deadline);
      return await this.#large(transaction, values, writer, deadline);
    } finally {
      await writer.end();
    }
  }

  async #small(
    small: SmallTransaction,
    values: ReadonlyMap<string, StoredValue>,
    extra: readonly Compare[],
    deadline: number,
  ): Promise<TxnResult> {
    const { layout, once } = this.#parts;
    for (let tries = 1; ; tries++) {
      const outcome = await once.run(
        (mark) => smallRequest(layout, small, this.#gate, mark, values, extra),
        deadline - performance.now(),
        isChanged,
      );
      if (outcome.isDone) {
        const { response, revision } = outcome;
        if (response === undefined || isChanged(response)) return { committed: true, revision };
        const [newest] = response.responses[0]!.responseTxn!.responses;
        return { committed: true, revision: Number(newest?.responseRange?.kvs[0]?.modRevision ?? revision) };
      }
      const refused = await this.#refused(small, outcome.response);
      if (refused !== undefined) return refused;
      if (performance.now() > deadline) throw held(extra.length > 0);
      if (tries > 1) await delay(Math.min(5 * tries, 50) * (0.5 + Math.random()));
    }
  }

  /** The answer when a comparison of the caller's failed; undefined when it was one of ours. */
  async #refused(small: SmallTransaction, response: TxnResponse): Promise<TxnResult | undefined> {
    const { layout, reader } = this.#parts;
    const [, gateAnswer, , newest, ...found] = response.responses.map(({ responseRange }) => responseRange!);
    const gate = readGate(gateAnswer!.kvs[0]);
    if (await this.#isOpen(gate)) return undefined;
    const at = Number(response.header!.revision);
    const entries = new Map<string, Entry>();
    for (const [i, key] of small.comparedKeys.entries()) {
      const kv = found[i]!.kvs[0];
      if (kv === undefined) continue;
      const { stored, ...entry } = rawEntry(layout, gate, kv);
      entries.set(key, { ...entry, value: await reader.value(stored, at) });
    }
    const failed = broken(small.transaction.compare, entries).map((compare) => ({
      compare,
      actual: entries.get(compare.key),
    }));
    if (failed.length === 0) return undefined;
    return { committed: false, revision: Number(newest!.kvs[0]?.modRevision ?? at), failed };
  }

  async #large(
    transaction: Transaction,
    values: ReadonlyMap<string, StoredValue>,
    writer: Writer,
    deadline: number,
  ): Promise<TxnResult> {
    const { cluster, layout, reader, once, folder, onStep } = this.#parts;
    await this.#lock(writer, deadline);
    onStep("locked");
    for (;;) {
      const now = await reader.look([]);
      const prepared = await prepare(layout, reader, now, transaction, values, this.#limits);
      onStep("prepared");
      if ("failed" in prepared) return { committed: false, revision: await this.#newest(), failed: prepared.failed };
      if (prepared.staged.length + prepared.direct.length === 0) {
        return { committed: true, revision: await this.#newest() };
      }
      const request = commitRequest(layout, writer, now.gate, prepared, values, this.#limits);
      if (request === undefined) throw tooManyLeases();
      const put = (op: RequestOp) => cluster.call("txn", { compare: [writer.isPresent], success: [op], failure: [] });
      await put({ requestDeleteRange: layout.stages(writer.id) });
      await stage(layout, put, writer, prepared.staged, this.#limits, () => onStep("staged"));
      onStep("ready");
      const outcome = await once.run(request, deadline - performance.now());
      if (outcome.isDone) {
        onStep("committed");
        const { gate } = await reader.look([]);
        // It is committed, whatever happens now; who comes next finishes it.
        if (gate.revision === outcome.revision) await folder.fold(gate).catch(() => {});
        return { committed: true, revision: outcome.revision };
      }
      const isHeld = outcome.response.responses[1]!.responseRange!.kvs[0]?.value.toString() === writer.id;
      if (!isHeld || performance.now() > deadline) throw held(true);
    }
  }

  async #lock(writer: Writer, deadline: number): Promise<void> {
    const { cluster, layout } = this.#parts;
    for (let tries = 1; ; tries++) {
      const { succeeded, responses } = await cluster.call("txn", {
        compare: [absent({ key: layout.lock }), atRevision(layout.gate, this.#gate.revision), writer.isPresent],
        success: [{ requestPut: { key: layout.lock, value: Buffer.from(writer.id), lease: writer.lease } }],
        failure: [{ requestRange: { key: layout.lock } }, { requestRange: { key: layout.gate } }],
      });
      if (succeeded) break;
      const [lock, gate] = responses.map(({ responseRange }) => responseRange!.kvs[0]);
      if (lock?.value.toString() === writer.id) break;
      await this.#isOpen(readGate(gate));
      if (performance.now() > deadline) throw held(true);
      await delay(Math.min(5 * tries, 50) * (0.5 + Math.random()));
    }
  }

  /** Keeps the gate to compare. When it is open, helps to close it, and tells that there is nothing to compare yet. */
  async #isOpen(gate: Gate): Promise<boolean> {
    if (gate.open === undefined) {
      this.#gate = gate;
      return false;
    }
    // No gate is ever at it: nobody writes while one is open.
    this.#gate = { ...gate, revision: -1 };
    await this.#parts.folder.fold(gate).catch(() => {});
    return true;
  }

  async #newest(): Promise<number> {
    const { reader, layout } = this.#parts;
    const { revision, answers } = await reader.look([layout.newestMark]);
    return Number(answers[0]!.kvs[0]?.modRevision ?? revision);
  }
}

function held(isLarge: boolean): StoreError {
  const what = isLarge ? "could not be committed in time" : "had to wait for a larger transaction for too long";
  return new StoreError("Unavailable", `the transaction ${what}; nothing was changed`);
}
