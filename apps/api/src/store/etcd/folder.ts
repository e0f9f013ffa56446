import { readChunk } from "./chunk.js";
import type { Cluster } from "./cluster.js";
import { type Gate, type Span, writeGate } from "./gate.js";
import { inParallel } from "./large-transaction.js";
import type { Layout } from "./layout.js";
import { GREATER, type KeyValue, MOD, type RequestOp, VERSION } from "./messages.js";
import type { Reader } from "./reader.js";
import { absent, atRevision, putOf } from "./requests.js";

// Beyond so many, those that no entry needs any more are looked for.
const manySpans = 128;

/**
 * Writes a committed transaction's operations to the keys they are about, then closes the gate. Any number of
 * processes may do so at once, and each step may be repeated: a chunk goes in the same request that carries it out.
 */
export class Folder {
  readonly #cluster: Cluster;
  readonly #layout: Layout;
  readonly #reader: Reader;
  readonly #onStep: (step: string) => void;

  constructor(cluster: Cluster, layout: Layout, reader: Reader, onStep: (step: string) => void) {
    this.#cluster = cluster;
    this.#layout = layout;
    this.#reader = reader;
    this.#onStep = onStep;
  }

  async fold(gate: Gate): Promise<void> {
    const { open } = gate;
    if (open === undefined) return;
    const { answers } = await this.#reader.look([this.#layout.stages(open.id)]);
    await inParallel(answers[0]!.kvs, async (kv) => {
      await this.#carryOut(gate, kv);
      this.#onStep("folded");
    });
    await this.#close(gate, open.id);
    this.#onStep("closed");
  }

  async #carryOut(gate: Gate, { key, value }: KeyValue): Promise<void> {
    const ops = readChunk(value);
    const places = Buffer.from(JSON.stringify(ops.map(([place]) => place)));
    const changes: RequestOp[] = ops.map(([, name, stored]) =>
      stored === null ? { requestDeleteRange: { key: this.#layout.key(name) } } : putOf(this.#layout, name, stored),
    );
    await this.#cluster.call("txn", {
      compare: [atRevision(this.#layout.gate, gate.revision), { key, result: GREATER, target: VERSION, version: 0 }],
      success: [...changes, { requestPut: { key: this.#layout.step, value: places } }, { requestDeleteRange: { key } }],
      failure: [],
    });
  }

  async #close(gate: Gate, id: string): Promise<void> {
    const { answers } = await this.#reader.look([{ key: this.#layout.step, keysOnly: true }]);
    const until = Number(answers[0]!.kvs[0]?.modRevision ?? 0);
    const spans = await this.#needed(gate.spans);
    const closed = writeGate({ spans: until > gate.revision ? [...spans, { at: gate.revision, until }] : spans });
    await this.#cluster.call("txn", {
      compare: [
        atRevision(this.#layout.gate, gate.revision),
        absent(this.#layout.stages(id)),
        { key: this.#layout.step, result: 0, target: MOD, modRevision: until },
      ],
      success: [{ requestPut: { key: this.#layout.gate, value: closed } }],
      failure: [],
    });
  }

  /** Spans that some entry was created or last written in; few are asked about at a time, the oldest first. */
  async #needed(spans: readonly Span[]): Promise<readonly Span[]> {
    if (spans.length <= manySpans) return spans;
    const oldest = spans.slice(0, 16);
    const entries = { ...this.#layout.entries(""), limit: 1, keysOnly: true };
    const { answers } = await this.#reader.look(
      oldest.flatMap(({ at, until }) => [
        { ...entries, minCreateRevision: at, maxCreateRevision: until },
        { ...entries, minModRevision: at, maxModRevision: until },
      ]),
    );
    const kept = oldest.filter((_, i) => answers[2 * i]!.kvs.length + answers[2 * i + 1]!.kvs.length > 0);
    return [...kept, ...spans.slice(16)];
  }
}
