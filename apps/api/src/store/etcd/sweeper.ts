import type { Cluster } from "./cluster.js";
import type { Layout } from "./layout.js";
import type { Reader } from "./reader.js";
import { absent, atRevision } from "./requests.js";
import { decodeValue } from "./value.js";

/** Removes what writers that died left behind, and pieces of values that no entry points to any more. */
export class Sweeper {
  readonly #cluster: Cluster;
  readonly #layout: Layout;
  readonly #reader: Reader;

  constructor(cluster: Cluster, layout: Layout, reader: Reader) {
    this.#cluster = cluster;
    this.#layout = layout;
    this.#reader = reader;
  }

  /** Writes nothing when there is nothing to remove. */
  async sweep(): Promise<void> {
    const stages = this.#layout.stages();
    const blobs = this.#layout.blobs();
    const { gate, answers } = await this.#reader.look([
      { ...stages, keysOnly: true },
      { ...blobs, keysOnly: true },
    ]);
    // A committed transaction still needs what it staged; its blobs have no entry yet.
    if (gate.open !== undefined) return;
    for (const id of idsBelow(answers[0]!.kvs, stages.key)) {
      await this.#remove(gate.revision, this.#layout.stages(id), id);
    }
    for (const id of idsBelow(answers[1]!.kvs, blobs.key)) await this.#sweepBlob(gate.revision, id);
  }

  async #sweepBlob(gateRevision: number, id: string): Promise<void> {
    const { answers } = await this.#reader.look([{ key: this.#layout.piece(id, 0) }]);
    const head = answers[0]!.kvs[0];
    if (head === undefined) return;
    const { writer, key } = JSON.parse(head.value.toString()) as { writer: string; key: string };
    const entry = this.#layout.key(key);
    const kv = (await this.#reader.look([{ key: entry }])).answers[0]!.kvs[0];
    const stored = kv && decodeValue(kv.value);
    if (typeof stored === "object" && stored.blob === id) return;
    await this.#remove(gateRevision, this.#layout.blobs(id), writer, atRevision(entry, Number(kv?.modRevision ?? 0)));
  }

  // Who is present may be about to commit; who is not never will, as its commit compares that it is.
  async #remove(
    gateRevision: number,
    range: { key: Buffer; rangeEnd: Buffer },
    writer: string,
    ...unchanged: ReturnType<typeof atRevision>[]
  ): Promise<void> {
    await this.#cluster.call("txn", {
      compare: [
        absent({ key: this.#layout.writer(writer) }),
        atRevision(this.#layout.gate, gateRevision),
        ...unchanged,
      ],
      success: [{ requestDeleteRange: range }],
      failure: [],
    });
  }
}

function idsBelow(kvs: readonly { key: Buffer }[], start: Buffer): Set<string> {
  return new Set(kvs.map(({ key }) => key.subarray(start.length).toString().split("/")[0]!));
}
