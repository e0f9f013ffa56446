import { randomUUID } from "node:crypto";
import type { Cluster } from "./cluster.js";
import type { Layout } from "./layout.js";
import { pieceBytes, type StoredValue } from "./value.js";

/** Keeps values that do not fit one request, in pieces that never change. */
export class Blobs {
  readonly #cluster: Cluster;
  readonly #layout: Layout;

  constructor(cluster: Cluster, layout: Layout) {
    this.#cluster = cluster;
    this.#layout = layout;
  }

  /** `writer` must stay present until an entry points to the blob: see Sweeper. */
  async write(writer: string, key: string, value: string): Promise<StoredValue> {
    const blob = randomUUID();
    const bytes = Buffer.from(value);
    const pieces = Math.ceil(bytes.length / pieceBytes);
    const put = (n: number, content: Buffer) =>
      this.#cluster.call("txn", {
        compare: [],
        success: [{ requestPut: { key: this.#layout.piece(blob, n), value: content } }],
        failure: [],
      });
    await put(0, Buffer.from(JSON.stringify({ writer, key })));
    for (let n = 0; n < pieces; n++) await put(n + 1, bytes.subarray(n * pieceBytes, (n + 1) * pieceBytes));
    return { blob, pieces };
  }

  /** The text of a value that was current at etcd's `revision`. @throws RpcError when that is compacted and it is gone */
  async read(stored: StoredValue, revision: number): Promise<string> {
    if (typeof stored === "string") return stored;
    const pieces = (await this.#pieces(stored)) ?? (await this.#pieces(stored, revision));
    if (pieces === undefined) throw new Error(`etcd holds part of the value ${stored.blob} only`);
    return Buffer.concat(pieces).toString();
  }

  async #pieces(stored: Exclude<StoredValue, string>, revision?: number): Promise<Buffer[] | undefined> {
    const pieces: Buffer[] = [];
    for (let n = 1; n <= stored.pieces; n++) {
      const key = this.#layout.piece(stored.blob, n);
      const { kvs } = await this.#cluster.call("range", { key, ...(revision !== undefined && { revision }) });
      if (kvs[0] === undefined) return undefined;
      pieces.push(kvs[0].value);
    }
    return pieces;
  }
}
